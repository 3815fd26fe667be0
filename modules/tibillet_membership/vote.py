"""Votes: one of each member of the roll, by itself or by who represents it.
"""
from collections import Counter

from tibillet_base import tools
from tibillet_base.append_only import refuse_changes
from tibillet_base.fact import FactMixin

from trytond.i18n import gettext
from trytond.model import ModelSQL, ModelView, Unique, fields
from trytond.model.exceptions import SQLConstraintError
from trytond.pool import Pool
from trytond.pyson import Eval
from trytond.transaction import without_check_access
from trytond.wizard import Button, StateTransition, StateView, Wizard

from .exceptions import BallotError, VoteError
from .resolution import CHOICES

CHOICE = [
    ('yes', "For"),
    ('no', "Against"),
    ('abstention', "Abstention"),
    ('blank', "Blank or Void"),
    ]


class Vote(FactMixin, ModelSQL, ModelView):
    __name__ = 'tibillet.vote'
    __string__ = "Vote"
    _fact_message = 'tibillet_membership.msg_vote_immutable'

    resolution = fields.Many2One(
        'tibillet.resolution', "Resolution", required=True, readonly=True,
        ondelete='RESTRICT')
    attendance = fields.Many2One(
        'tibillet.assembly.attendance', "Member", required=True,
        readonly=True, ondelete='RESTRICT')
    proxy = fields.Many2One(
        'tibillet.assembly.attendance', "By", readonly=True,
        ondelete='RESTRICT', help="Who represented the member.")
    college_name = fields.Function(
        fields.Char("College"), 'get_college_name')
    choice = fields.Selection(
        [(None, "")] + CHOICE, "Vote", readonly=True, sort=False,
        help="Empty when the ballot was secret: the member has signed.")

    @classmethod
    def __setup__(cls):
        super().__setup__()
        cls.__access__.add('resolution')
        table = cls.__table__()
        cls._sql_constraints += [
            ('once', Unique(table, table.resolution, table.attendance),
                'tibillet_membership.msg_vote_once'),
            ]
        cls._order = [
            ('attendance.line.college_name', 'ASC'),
            ('attendance.line.party_name', 'ASC'), ('id', 'ASC')]

    @classmethod
    def __register__(cls, module):
        super().__register__(module)
        refuse_changes(
            cls._table, ['resolution', 'attendance', 'proxy', 'choice'])

    def get_rec_name(self, name):
        return self.attendance.rec_name

    @classmethod
    def get_college_name(cls, votes, name):
        return {v.id: v.attendance.college_name for v in votes}

    @classmethod
    @without_check_access
    def cast(cls, resolution, attendances, choice=None):
        """Record the votes of members, by themselves or represented

        choice: None for a secret ballot, of which they only sign.
        """
        pool = Pool()
        Resolution = pool.get('tibillet.resolution')
        # Nobody counts meanwhile.
        tools.take_turn(Resolution, [resolution.id])
        resolution = Resolution(resolution.id)
        voted = {v.attendance for v in resolution.votes}
        if resolution.state != 'voting':
            cls._refuse('closed', resolution)
        if bool(choice) == bool(resolution.is_secret) or (
                choice and choice not in CHOICES):
            cls._refuse(
                'secret' if resolution.is_secret else 'choice', resolution)
        if not attendances:
            cls._refuse('nobody', resolution)
        for attendance, count in Counter(attendances).items():
            if attendance.assembly != resolution.assembly:
                cls._refuse('roll', resolution, attendance)
            if attendance in voted or count > 1:
                cls._refuse('twice', resolution, attendance)
            if attendance.presence == 'absent':
                cls._refuse('absent', resolution, attendance)
        try:
            return cls.create([{
                        'resolution': resolution.id,
                        'attendance': attendance.id,
                        'proxy': (
                            attendance.proxy.id
                            if attendance.presence == 'represented'
                            else None),
                        'choice': choice,
                        } for attendance in attendances])
        except SQLConstraintError as error:
            raise VoteError(*error.args) from error

    @staticmethod
    def _refuse(reason, resolution, attendance=None):
        raise VoteError(gettext(
                f'tibillet_membership.msg_vote_{reason}',
                resolution=resolution.rec_name,
                member=attendance.rec_name if attendance else None))


class VoteStart(ModelView):
    __name__ = 'tibillet.vote.start'
    __string__ = "Vote Start"

    resolution = fields.Many2One(
        'tibillet.resolution', "Resolution", states=tools.SHOWN)
    assembly = fields.Many2One(
        'tibillet.assembly', "Assembly", states={'invisible': True})
    is_secret = fields.Boolean("Secret Ballot", states={'invisible': True})
    choice = fields.Selection(
        [(None, "")] + CHOICE, "Vote", sort=False,
        states={
            'invisible': Eval('is_secret', False),
            'required': ~Eval('is_secret', False),
            })
    all_others = fields.Boolean(
        "All Who Have Not Voted",
        help="Present or represented. Record first who votes otherwise.")
    voters = fields.Many2Many(
        'tibillet.assembly.attendance', None, None, "Members",
        domain=[
            ('assembly', '=', Eval('assembly', -1)),
            ],
        states={
            'invisible': Eval('all_others', False),
            'required': ~Eval('all_others', False),
            })
    waiting = fields.Integer("Still to Vote", states=tools.SHOWN)


class CastVotes(Wizard):
    __name__ = 'tibillet.vote.cast'

    start = StateView(
        'tibillet.vote.start',
        'tibillet_membership.vote_start_view_form', [
            Button("Cancel", 'end', 'tryton-cancel'),
            Button("Record", 'cast', 'tryton-ok', default=True),
            ])
    cast = StateTransition()

    def default_start(self, fields):
        return {
            'resolution': self.record.id,
            'assembly': self.record.assembly.id,
            'is_secret': self.record.is_secret,
            'waiting': self.record.waiting,
            }

    def transition_cast(self):
        pool = Pool()
        Vote = pool.get('tibillet.vote')
        start, resolution = self.start, self.record
        voters = list(start.voters or [])
        if start.all_others:
            voted = {v.attendance for v in resolution.votes}
            voters = [
                a for a in resolution.assembly.attendances
                if a not in voted and a.presence != 'absent']
        Vote.cast(resolution, voters, start.choice)
        return 'end'

    def end(self):
        return 'reload'


class BallotsStart(ModelView):
    __name__ = 'tibillet.vote.ballots.start'
    __string__ = "Vote Ballots Start"

    resolution = fields.Many2One(
        'tibillet.resolution', "Resolution", states=tools.SHOWN)
    colleges = fields.One2Many(
        'tibillet.vote.ballots.college', None, "Colleges")


class BallotsCollege(ModelView):
    __name__ = 'tibillet.vote.ballots.college'
    __string__ = "Vote Ballots College"

    college = fields.Many2One(
        'tibillet.college', "College", states=tools.SHOWN)
    signed = fields.Integer("Signatures", states=tools.SHOWN)
    yes = fields.Integer("For", required=True)
    no = fields.Integer("Against", required=True)
    abstention = fields.Integer("Abstentions", required=True)
    blank = fields.Integer("Blank or Void", required=True)


class CountBallots(Wizard):
    __name__ = 'tibillet.vote.ballots'

    start = StateView(
        'tibillet.vote.ballots.start',
        'tibillet_membership.vote_ballots_start_view_form', [
            Button("Cancel", 'end', 'tryton-cancel'),
            Button("Count", 'count', 'tryton-ok', default=True),
            ])
    count = StateTransition()

    def _get_signed(self):
        with without_check_access():
            return Counter(
                v.attendance.line.college for v in self.record.votes)

    def default_start(self, fields):
        signed = self._get_signed()
        with without_check_access():
            weights = self.record.assembly.roll.scheme.weights
        return {
            'resolution': self.record.id,
            'colleges': [{
                    'college': w.college.id,
                    'signed': signed[w.college],
                    **dict.fromkeys(CHOICES, 0),
                    } for w in weights],
            }

    def transition_count(self):
        pool = Pool()
        Resolution = pool.get('tibillet.resolution')
        tools.take_turn(Resolution, [self.record.id])
        resolution = Resolution(self.record.id)
        with without_check_access():
            if resolution.state != 'voting' or not resolution.is_secret:
                raise BallotError(gettext(
                        'tibillet_membership.msg_vote_closed',
                        resolution=resolution.rec_name,
                        member=None))
            votes = self._get_votes()
            resolution.freeze_counts(votes)
        return 'end'

    def _get_votes(self):
        "Return the ballots of each college, as many as have signed"
        signed = self._get_signed()
        votes = {}
        for row in self.start.colleges:
            votes[row.college] = {c: getattr(row, c) for c in CHOICES}
        for college in {*signed, *votes}:
            ballots = votes.get(college, {}).values()
            if (any(b is None or b < 0 for b in ballots)
                    or sum(ballots) != signed[college]):
                raise BallotError(gettext(
                        'tibillet_membership.msg_ballots',
                        college=college.rec_name,
                        ballots=sum(b or 0 for b in ballots),
                        signed=signed[college]))
        return votes

    def end(self):
        return 'reload'
