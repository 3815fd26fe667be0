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
    // all, without saying which is which nor of what.
    var SUMS = {
        en: ['Selected', 'Total'],
        fr: ['Sélection', 'Total'],
    };
    var NBSP = '\u00a0';
    var update = Sao.View.Tree.prototype.update_with_selection;

    function own_language() {
        return Sao.i18n.BC47(Sao.i18n.getlang());
    }

    // A percentage is written as its cells are: 0.2 is 20 %.
    function percentages(view, column, factor) {
        var field = view.screen.model.fields[column.attributes.name];
        var digits = 0;
        return [view.selected_records, view.group].map(function(records) {
            var sum = 0;
            records.forEach(function(record) {
                var places = field.digits && field.digits(record, factor);
                digits = Math.max(digits, places ? places[1] : 0);
                sum += (field.get(record) || 0) * factor;
            });
            return sum.toLocaleString(own_language(), {
                minimumFractionDigits: digits,
                maximumFractionDigits: digits,
            });
        });
    }

    // What all the cells of a column write beside their numbers, if it is
    // the same: a sum of several currencies has none.
    function signs(view, column) {
        var attributes = column.attributes;
        var found = {};
        if (attributes.symbol) {
            var field = view.screen.model.fields[attributes.name];
            view.group.forEach(function(record) {
                var symbol = field.get_symbol(record, attributes.symbol);
                found[JSON.stringify(symbol)] = symbol;
            });
        } else {
            (column.suffixes || []).forEach(function(suffix) {
                var string = suffix.attributes && suffix.attributes.string;
                found[string] = [string, 1];
            });
        }
        var keys = Object.keys(found);
        var sign = keys.length == 1 ? found[keys[0]] : [];
        if (!sign[0]) {
            return ['', ''];
        }
        return Math.round(sign[1]) ?
            ['', NBSP + sign[0]] : [sign[0], ''];
    }

    Sao.View.Tree.prototype.update_with_selection = function() {
        update.apply(this, arguments);
        var view = this;
        var names = SUMS[(Sao.i18n.getlang() || '').slice(0, 2)] || SUMS.en;
        var chosen = this.selected_records.length;
        this.sum_widgets.forEach(function(widget, column) {
            var label = widget[0], value = widget[1];
            var sums = value.text().split('\n');
            if (sums.length != names.length) {
                return;
            }
            var factor = Number(column.attributes.factor || 1);
            if (factor != 1) {
                sums = percentages(view, column, factor);
            }
            var sign = signs(view, column);
            var said = [];
            value.empty();
            sums.forEach(function(sum, index) {
                if (!index && !chosen) {
                    return;
                }
                sum = sign[0] + sum + sign[1];
                said.push(names[index] + ' ' + sum);
                value.append(
                    jQuery('<small/>', {'class': 'sum', text: names[index]}),
                    jQuery('<div/>', {text: sum}));
            });
            value.parent().attr(
                'title', [label.text()].concat(said).join('\n'));
        });
    };

    // Beside nothing there is no currency.
    var symbol = Sao.View.Tree.Symbol.prototype.render;

    Sao.View.Tree.Symbol.prototype.render = function(record, cell) {
        var attributes = this.attributes;
        cell = symbol.call(this, record, cell || this.get_cell());
        var hide = function() {
            var value = record.model.fields[attributes.name].get(record);
            if (value === null || value === undefined) {
                cell.text('').sao_hide();
            }
        };
        if (record.is_loaded(attributes.name)) {
            hide();
        } else {
            record.load(attributes.name, true, false).done(hide);
        }
        return cell;
    };

    // The client gives a column that may grow more room than one that may
    // not, even where there is none: all shrink together before a list
    // scrolls sideways, but for dates, hours and buttons, which stay whole.
    var SHRUNK = 0.7;
    var WHOLE = {date: 7, time: 5.5};
    var LETTER = 0.56;
    var CAPITAL = 0.8;

    // In letters of the title; a button has an icon and an edge beside them.
    function whole_width(column) {
        var title = column.header.text().trim().length;
        var least = WHOLE[column.attributes.widget];
        if (column instanceof Sao.View.Tree.ButtonColumn) {
            return Math.min(title * CAPITAL + 4, 13);
        }
        return least && Math.min(Math.max(least, title * LETTER + 1), 12);
    }

    var visible = Sao.View.Tree.prototype.update_visible;

    Sao.View.Tree.prototype.update_visible = function() {
        visible.apply(this, arguments);
        var widths = [];
        this.columns.forEach(function(column) {
            if (column.header.css('display') == 'none') {
                return;
            }
            var width = column.col.data('custom-width');
            var whole = whole_width(column);
            if (!width && whole) {
                width = whole + 'em';
                column.col.css('width', width);
            } else if (!width) {
                width = parseInt(column.col.data('default-width'), 10) / 100;
                width /= 1 + parseInt(column.attributes.expand || 0, 10);
                width = (width * SHRUNK) + 'em';
            }
            widths.push(width);
        });
        if (widths.length) {
            this.table.css('min-width', 'calc(' + widths.join(' + ') + ')');
            this.scrollbar.css('min-width', this.table.css('min-width'));
        }
    };

    // In a file numbers are for a spreadsheet, which adds up no number that
    // has spaces in it, and columns are named as people name them: of a
    // selection they read the label, its code is for programs.
    var CODE = ' (code)';
    var Export = Sao.Window.Export;
    var format_row = Export.format_row;
    var populate = Export.prototype.model_populate;

    Export.format_row = function(line, indent, locale_format) {
        var row = format_row.apply(this, arguments);
        if (locale_format === undefined || locale_format) {
            line.forEach(function(value, index) {
                if (typeof value == 'number' || value instanceof Number) {
                    row[index] = value.toLocaleString(own_language(), {
                        useGrouping: false,
                        maximumFractionDigits: 20,
                    });
                }
            });
        }
        return row;
    };

    Export.prototype.model_populate = function(fields) {
        var gettext = Sao.i18n.gettext;
        var given = Array.prototype.slice.call(arguments);
        given[0] = {};
        Object.keys(fields).forEach(function(name) {
            var field = fields[name];
            if (field.type == 'selection') {
                field = jQuery.extend({}, field, {
                    string: (field.string || name) + CODE});
            }
            given[0][name] = field;
        });
        Sao.i18n.gettext = function(text, string) {
            if (text == '%1 (string)') {
                return string.slice(0, -CODE.length);
            }
            return gettext.apply(this, arguments);
        };
        try {
            return populate.apply(this, given);
        } finally {
            Sao.i18n.gettext = gettext;
        }
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
