/* Read by the web client after its own script. */
(function() {
    'use strict';

    Sao.config.title = 'TiBillet';
}());
