"""What a login may do although none of its groups grants it.

Only what the web and desktop clients ask of the server before and around any
work: menus, actions, views, icons, translations, and the user's own settings.
Derived from the calls of the clients of series 8.0 and from what trytond
reads on their behalf; reading wherever reading is enough.

A right is a string of the first letters of read, write, create, delete.
No database, no trytond here.
"""
RIGHTS = ['read', 'write', 'create', 'delete']

# Models, by exact name: what hangs below them is not included.
EVERYONE = {
    'ir.action': 'r',
    'ir.action.act_window': 'r',
    'ir.action.act_window.domain': 'r',
    'ir.action.act_window.view': 'r',
    'ir.action.keyword': 'r',
    'ir.action.report': 'r',
    'ir.action.url': 'r',
    'ir.action.wizard': 'r',
    'ir.attachment': 'r',
    'ir.calendar.day': 'r',
    'ir.calendar.month': 'r',
    'ir.configuration': 'r',
    'ir.date': 'r',
    'ir.email.template': 'r',
    'ir.export': 'r',
    'ir.export.line': 'r',
    'ir.lang': 'r',
    'ir.model': 'r',
    'ir.model.button': 'r',
    'ir.note': 'r',
    'ir.session.wizard': 'rwcd',
    'ir.ui.icon': 'r',
    'ir.ui.menu': 'r',
    'ir.ui.menu.favorite': 'r',
    'ir.ui.view': 'r',
    'ir.ui.view_tree_optional': 'rwcd',
    'ir.ui.view_tree_width': 'rwcd',
    'res.notification': 'r',
    }

# Models of the system (ir, res) for our own staff: attachments and notes are
# checked by trytond against the record they hang on.
STAFF = {
    'ir.attachment': 'rwcd',
    'ir.note': 'rwcd',
    }

# ... and for its office: sequences are ruled by the groups of their type.
INTERNAL = {
    'ir.avatar': 'rwcd',
    'ir.sequence': 'rwcd',
    'ir.sequence.strict': 'rwcd',
    }

# Calls that are not about reading or writing the records of their model.
CALLS = {
    # Which models may be discussed: asked at each login.
    ('ir.chat.channel', 'get_models'),
    ('ir.model.access', 'get_access'),
    ('ir.model.button.click', 'get_click'),
    ('ir.ui.menu.favorite', 'get'),
    ('ir.ui.menu.favorite', 'set'),
    ('ir.ui.menu.favorite', 'unset'),
    ('ir.ui.view_search', 'get'),
    ('ir.ui.view_search', 'set'),
    ('ir.ui.view_search', 'unset'),
    ('ir.ui.view_tree_state', 'get'),
    ('ir.ui.view_tree_state', 'set'),
    ('res.notification', 'mark_read'),
    ('res.user', 'get_notifications'),
    ('res.user', 'get_preferences'),
    ('res.user', 'get_preferences_fields_view'),
    ('res.user', 'set_preferences'),
    ('res.user.device', 'renew'),
    ('res.user.warning', 'skip'),
    }

STAFF_CALLS = {
    ('ir.chat.channel', 'get'),
    ('ir.chat.channel', 'get_followers'),
    ('ir.chat.channel', 'post'),
    ('ir.chat.channel', 'search_followers'),
    ('ir.chat.channel', 'subscribe'),
    ('ir.chat.channel', 'subscribe_email'),
    ('ir.chat.channel', 'unsubscribe'),
    ('ir.chat.channel', 'unsubscribe_email'),
    ('ir.email', 'complete'),
    ('ir.export', 'get'),
    ('ir.export', 'set'),
    ('ir.export', 'unset'),
    ('ir.export', 'update'),
    }

# What the form of one's own preferences calls on one's own user.
OWN_USER_CALLS = {
    'on_change',
    'on_change_notify',
    'on_change_with',
    'pre_validate',
    }

# Calls of a form that is being filled.
EDIT_CALLS = {
    'on_change',
    'on_change_notify',
    'on_change_with',
    'on_scan_code',
    'pre_validate',
    }

# Calls that check the right they need by themselves.
CHECKED_CALLS = {
    'copy',
    'create',
    'delete',
    'export_data',
    'export_data_domain',
    'history_revisions',
    'import_data',
    'read',
    'search',
    'search_count',
    'search_read',
    'write',
    }


def rights(letters):
    "Return the rights of the letters as trytond wants them"
    return {right: right[0] in letters for right in RIGHTS}


def union(*accesses):
    "Return what any of the accesses allows, None counts for nothing"
    accesses = [access for access in accesses if access]
    return {
        right: any(access[right] for access in accesses)
        for right in RIGHTS}


def is_system(model):
    "Return whether the model belongs to the platform, not to the business"
    return model.startswith(('ir.', 'res.'))
