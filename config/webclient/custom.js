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

    // A list without any record says so, and how records come: the server
    // sends the sentence with its view.
    var NOTHING = {
        en: ['Nothing here.', 'Nothing matches this search.'],
        fr: ['Rien ici.', 'Rien ne correspond à cette recherche.'],
    };
    var load = Sao.Screen.prototype.load;
    var display = Sao.Screen.prototype.display;

    function say_nothing(screen) {
        var view = screen.current_view;
        if (!view || view.view_type != 'tree') {
            return;
        }
        view.el.children('.nothing').remove();
        var in_tab = screen.windows.some(function(window_) {
            return window_ instanceof Sao.Tab;
        });
        if (screen.group.length || !in_tab) {
            return;
        }
        var names = NOTHING[(Sao.i18n.getlang() || '').slice(0, 2)] ||
            NOTHING.en;
        var searched = Boolean(screen.screen_container.get_text());
        var said = jQuery('<div/>', {'class': 'nothing', role: 'status'})
            .append(jQuery('<p/>', {text: names[searched ? 1 : 0]}));
        var described = screen.fields_view_tree[view.view_id] || {};
        if (described.empty && !searched) {
            said.append(jQuery('<p/>', {text: described.empty}));
        }
        view.el.append(said);
    }

    Sao.Screen.prototype.load = function() {
        var screen = this;
        return jQuery.when(load.apply(this, arguments)).then(function(done) {
            say_nothing(screen);
            return done;
        });
    };

    Sao.Screen.prototype.display = function() {
        if (this.group && this.group.length && this.current_view) {
            this.current_view.el.children('.nothing').remove();
        }
        return display.apply(this, arguments);
    };
}());
