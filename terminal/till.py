"""What a terminal does at its till.

What moves money is kept in the journal, then sent, and done once the server
says so. While something waits for an answer nothing else is asked: who types
a payment again would pay twice.
"""
import re
import uuid
from decimal import Decimal

from .exceptions import OrderError, RefusedError, WaitingError

ORDER = re.compile(r'(?:([0-9]{1,4}(?:[.][0-9]{1,3})?)x)?([0-9]{1,3})')
AMOUNT = re.compile(r'[0-9]{1,7}(?:[.][0-9]{1,2})?')


class Till:

    def __init__(self, client, journal, tell=None, new_uuid=uuid.uuid4):
        """
        tell: told of each operation that waited, with its answer.
        """
        self._client = client
        self._journal = journal
        self._tell = tell or (lambda operation, answer: None)
        self._new_uuid = new_uuid

    def screen(self):
        return self._client.get('till/screen')

    def card(self, number):
        return self._client.get('till/card', {'card': number})['balances']

    def pay(self, number, lines):
        return self._ask('pay', {'card': number, 'lines': lines})

    def top_up(self, number, money, amount, method):
        return self._ask('top-up', {
                'card': number, 'money': money, 'amount': amount,
                'payments': [{'method': method, 'amount': amount}]})

    def flush(self):
        """Ask again what waits, and return how much that was

        What was given up but recorded is cancelled.
        """
        waiting = self._journal.waiting()
        for operation in waiting:
            self._tell(operation, self._send(operation))
        undone = self._journal.to_undo()
        for operation in undone:
            undo = self._keep('cancel', {'sale': operation.uuid})
            self._tell(undo, self._send(undo, first=True))
        return len(waiting) + len(undone)

    def give_up(self, text):
        "Give up what waits, by the beginning of its uuid, and return it"
        found = [
            o for o in self._journal.waiting()
            if text and o.uuid.startswith(text) and o.route != 'cancel']
        if len(found) != 1:
            raise OrderError('operation_unknown', text=text)
        operation, = found
        if not operation.given_up:
            self._journal.give_up(operation.uuid)
        return operation

    def _ask(self, route, data):
        try:
            self.flush()
        except WaitingError as error:
            raise WaitingError(
                'before', count=len(self._journal.waiting()),
                reason=error.values['reason']) from error
        answer = self._send(self._keep(route, data), first=True)
        if answer.code != 'ok':
            raise RefusedError(
                'refused', message=answer.message, code=answer.code)
        return answer.data

    def _keep(self, route, data):
        uuid_ = str(self._new_uuid())
        return self._journal.ask(uuid_, route, data)

    def _send(self, operation, first=False):
        "Return the answer that settles an operation, once it is kept"
        try:
            answer = self._client.post(
                f'till/{operation.route}',
                {'uuid': operation.uuid, **operation.data})
        except WaitingError as error:
            raise WaitingError(
                'waits', uuid=operation.uuid,
                reason=error.values['reason']) from error
        if not answer.is_final(first):
            raise WaitingError(
                'waits', uuid=operation.uuid, reason=answer.message)
        self._journal.answer(operation.uuid, answer.code, answer.data)
        return answer


def lines(articles, texts):
    "Return the lines of what is typed: 1 for the first article, 2x3"
    if not texts:
        raise OrderError('order_empty')
    found = []
    for text in texts:
        match = ORDER.fullmatch(text)
        key = int(match[2]) if match else 0
        quantity = Decimal(match[1] or 1) if match else 0
        if not 0 < key <= len(articles) or not quantity:
            raise OrderError('order_article', text=text, count=len(articles))
        article = articles[key - 1]
        if article['price'] is None:
            raise OrderError('order_article', text=text, count=len(articles))
        found.append({
                'product': article['product'], 'quantity': str(quantity),
                'price': str(article['price'])})
    return found


def amount(text):
    "Return an amount as it is sent"
    if not AMOUNT.fullmatch(text) or not Decimal(text):
        raise OrderError('order_amount', text=text)
    return text


def method(methods, name):
    "Return the number of a payment method, by its name or its tender"
    for found in methods:
        if name.casefold() in {
                found['name'].casefold(), found['tender'].casefold()}:
            return found['method']
    raise OrderError('order_method', name=name)
