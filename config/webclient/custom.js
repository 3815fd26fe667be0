/* Read by the web client after its own script. */
(function() {
    'use strict';

    Sao.config.title = 'TiBillet';
    Sao.config.icon_colors = ['#7a3b69', '#3e4950', '#e78e42'];
    Sao.config.calendar_colors = ['#fff', '#7a3b69'];
    Sao.config.graph_color = '#7a3b69';
}());
