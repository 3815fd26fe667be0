/* Read by the web client after its own script. */
(function() {
    'use strict';

    Sao.config.title = 'TiBillet';

    // Who clicks twice on a menu or a button opens its wizard once.
    var TWICE = 1000;
    var create = Sao.Wizard.create;
    var last = {};

    Sao.Wizard.create = function(attributes) {
        var data = attributes.data || {};
        var what = JSON.stringify([
            attributes.action, data.model, data.id, data.ids]);
        var at = Date.now();
        if (what == last.what && at - last.at < TWICE) {
            return jQuery.when();
        }
        last = {what: what, at: at};
        return create.apply(this, arguments);
    };

    // Below a column the client writes two sums, of the chosen lines and of
    // all, without saying which is which.
    var SUMS = {
        en: ['Selected', 'Total'],
        fr: ['Sélection', 'Total'],
    };
    var update = Sao.View.Tree.prototype.update_with_selection;

    Sao.View.Tree.prototype.update_with_selection = function() {
        update.apply(this, arguments);
        var names = SUMS[(Sao.i18n.getlang() || '').slice(0, 2)] || SUMS.en;
        var chosen = this.selected_records.length;
        this.sum_widgets.forEach(function(widget) {
            var label = widget[0], value = widget[1];
            var sums = value.text().split('\n');
            if (sums.length != names.length) {
                return;
            }
            var said = [];
            value.empty();
            sums.forEach(function(sum, index) {
                if (!index && !chosen) {
                    return;
                }
                said.push(names[index] + ' ' + sum);
                value.append(
                    jQuery('<small/>', {'class': 'sum', text: names[index]}),
                    jQuery('<div/>', {text: sum}));
            });
            value.parent().attr(
                'title', [label.text()].concat(said).join('\n'));
        });
    };
}());
