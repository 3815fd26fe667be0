from trytond.model import (
    DeactivableMixin, ModelSQL, ModelView, Unique, fields, sequence_ordered)
from trytond.pyson import Eval

VISIBILITIES = [
    ('public', "Public"),
    ('network', "Network"),
    ('private', "Private"),
    ]
# What each audience may be shown.
AUDIENCES = {
    'public': {'public'},
    'network': {'public', 'network'},
    'private': {'public', 'network', 'private'},
    }


def visibility(string):
    return fields.Selection(
        VISIBILITIES, string, required=True, sort=False,
        help="Public: on the agenda and in exports.\n"
        "Network: to the venues of the federation.\n"
        "Private: to the people who work on the page or on its shows.")


class Artist(DeactivableMixin, ModelSQL, ModelView):
    __name__ = 'tibillet.artist'
    __string__ = "Artist"

    party = fields.Many2One(
        'party.party', "Party", required=True, ondelete='RESTRICT',
        help="The person or the group that the page is about.")
    name = fields.Char(
        "Name", required=True,
        help="The name on the poster.")
    biography = fields.Text("Biography", translate=True)
    biography_visibility = visibility("Visibility of Biography")
    image = fields.Binary("Image")
    image_visibility = visibility("Visibility of Image")
    rider = fields.Binary(
        "Technical Rider", filename='rider_name',
        help="What the artist needs on stage.")
    rider_name = fields.Char("Name of Technical Rider")
    rider_visibility = visibility("Visibility of Technical Rider")
    links = fields.One2Many('tibillet.artist.link', 'artist', "Links")
    events = fields.Many2Many(
        'tibillet.event-tibillet.artist', 'artist', 'event', "Events",
        readonly=True)

    @classmethod
    def __setup__(cls):
        super().__setup__()
        table = cls.__table__()
        cls._sql_constraints += [
            ('party_unique', Unique(table, table.party),
                'tibillet_event.msg_artist_party_unique'),
            ]
        cls._order.insert(0, ('name', 'ASC'))

    @classmethod
    def default_biography_visibility(cls):
        return 'public'

    @classmethod
    def default_image_visibility(cls):
        return 'public'

    @classmethod
    def default_rider_visibility(cls):
        return 'network'

    @fields.depends('party', 'name')
    def on_change_party(self):
        if self.party and not self.name:
            self.name = self.party.name

    @classmethod
    def copy(cls, artists, default=None):
        default = default.copy() if default is not None else {}
        default.setdefault('events', None)
        return super().copy(artists, default=default)

    def get_page(
            self, audience='public', names=('biography', 'image', 'rider')):
        """Return what of the page may be shown to an audience

        audience: 'public', 'network' or 'private'.
        names: what is asked beside the name and the links.
        """
        shown = AUDIENCES[audience]
        page = {'name': self.name}
        for name in names:
            value = getattr(self, name)
            if value and getattr(self, f'{name}_visibility') in shown:
                page[name] = value
        page['links'] = [
            {'kind': link.kind, 'name': link.name, 'url': link.url}
            for link in self.links if link.visibility in shown]
        return page


class ArtistLink(sequence_ordered(), ModelSQL, ModelView):
    __name__ = 'tibillet.artist.link'
    __string__ = "Artist Link"

    artist = fields.Many2One(
        'tibillet.artist', "Artist", required=True, ondelete='CASCADE')
    kind = fields.Selection([
            ('website', "Website"),
            ('music', "Music"),
            ('video', "Video"),
            ('social', "Social Network"),
            ('press', "Press Kit"),
            ('other', "Other"),
            ], "Kind", required=True, sort=False)
    name = fields.Char(
        "Name",
        states={
            'required': Eval('kind') == 'other',
            })
    url = fields.Char(
        "Address", required=True,
        domain=['OR',
            ('url', 'like', 'https://_%'),
            ('url', 'like', 'http://_%'),
            ],
        help="The address of the page, starting with https://")
    visibility = visibility("Visibility")

    @classmethod
    def __setup__(cls):
        super().__setup__()
        cls.__access__.add('artist')

    @classmethod
    def default_kind(cls):
        return 'website'

    @classmethod
    def default_visibility(cls):
        return 'public'

    def get_rec_name(self, name):
        return self.name or self.url

    @classmethod
    def search_rec_name(cls, name, clause):
        operator = 'AND' if clause[1].startswith(('!', 'not ')) else 'OR'
        return [operator,
            ('name', *clause[1:]),
            ('url', *clause[1:]),
            ]
