"""The platform's web client, as a person uses it."""
import re
import time

from demo import logins
from tests.e2e.asking import entries_below

PATIENCE = 30_000  # milliseconds
# A form asks for its records in turns, with a breath between them: the page
# is still when nothing that it will do within a second is left, or when it
# has asked nothing for a while.
STILL = 150  # milliseconds
QUIET = 800  # milliseconds
WATCH = """(() => {
    const set = window.setTimeout, clear = window.clearTimeout;
    const waiting = new Set();
    let last = performance.now();
    window.setTimeout = (act, delay, ...rest) => {
        const id = set((...given) => {
            waiting.delete(id);
            last = performance.now();
            return typeof act == 'function' ? act(...given) : eval(act);
        }, delay, ...rest);
        if (!(delay > 1000)) {
            waiting.add(id);
        }
        return id;
    };
    window.clearTimeout = id => {
        waiting.delete(id);
        clear(id);
    };
    window.stillFor = () => {
        if (waiting.size || (window.jQuery && jQuery.active)) {
            last = performance.now();
        }
        return performance.now() - last;
    };
    window.untilStill = ([still, quiet, patience]) => new Promise(resolve => {
        const begun = performance.now();
        let asked = begun;
        const look = () => {
            const now = performance.now();
            if (window.jQuery && jQuery.active) {
                asked = now;
            }
            if (window.stillFor() > still || now - asked > quiet
                    || now - begun > patience) {
                resolve();
            } else {
                set(look, 25);
            }
        };
        set(look, 25);
    });
    })()"""

# What a list shows of records that the server has refused to read.
UNREAD = """() => Boolean(window.Sao && document.querySelector('.treeview')
    && document.querySelector('#tabcontent').textContent.includes(
        Sao.i18n.gettext('#ERROR')))"""


class Client:
    "One person in front of one page"

    def __init__(self, page, address):
        self.page = page
        self.address = address
        # What a page should never do, in sentences.
        self.wrongs = []
        self._pending = 0
        page.set_default_timeout(PATIENCE)
        page.add_init_script(WATCH)
        page.on('request', lambda _: self._asked(1))
        page.on('requestfinished', lambda _: self._asked(-1))
        page.on('requestfailed', lambda _: self._asked(-1))
        page.on('pageerror', lambda error: self.wrongs.append(
                f'script: {error}'))
        page.on('requestfailed', self._failed)
        page.on('response', self._answered)

    def _asked(self, change):
        self._pending += change

    def _failed(self, request):
        # A page that is left cuts what it was waiting for.
        if 'ERR_ABORTED' not in (request.failure or ''):
            self.wrongs.append(f'request: {request.url} {request.failure}')

    def _answered(self, response):
        # The client tries fr_FR before fr.
        locale = '/locale/' in response.url
        if response.status >= 400 and response.status != 401 and not locale:
            self.wrongs.append(f'answer: {response.status} {response.url}')

    def log_in(self, login, password=None):
        if password is None:
            password = logins.password(login)
        self.page.goto(self.address)
        self.page.fill('#login', login)
        self.page.locator('.modal button[type=submit]:visible').click()
        field = self.page.locator('input[type=password]:visible').first
        field.fill(password)
        field.press('Enter')

    def wait_menu(self):
        self.page.locator('#menu .treeview tbody tr').first.wait_for()

    def entries(self):
        "Return what the menu shows now"
        self.wait_menu()
        texts = self.page.locator('#menu .treeview tbody tr').all()
        return [t.inner_text().strip() for t in texts if t.is_visible()]

    def menu(self, *path):
        "Unfold the menu along a path and open its last entry"
        self.wait_menu()
        for label in path:
            entry = self.page.locator('#menu').get_by_text(
                label, exact=True).first
            entry.wait_for()
            entry.dblclick()
        self.settle()

    def open(self, model, id):
        "Open a record as a link does"
        self.page.goto(f'{self.address}/model/{model}/{id}')
        self.settle()

    def settle(self):
        "Wait until the page asks nothing more"
        deadline = time.monotonic() + PATIENCE / 1000
        while time.monotonic() < deadline:
            # The page looks at itself: asking it twenty times a second
            # takes more than what it does.
            self.page.evaluate(
                'given => window.untilStill(given)', [STILL, QUIET, PATIENCE])
            if self._pending <= 0:
                break
            self.page.wait_for_timeout(50)
        self.refuse_errors()

    def sees(self, locator):
        """Return whether something is shown, or comes into sight

        What grows from nothing, such as a gauge, is not there at once.
        """
        from playwright.sync_api import TimeoutError
        try:
            locator.first.wait_for()
        except TimeoutError:
            return False
        return True

    @property
    def tab(self):
        return self.page.locator('#tabcontent > .tab-pane.active')

    def button(self, label):
        self.tab.locator('button').filter(
            has_text=re.compile(rf'^\s*{re.escape(label)}\s*$')).first.click()
        self.settle()

    def refuse_errors(self):
        "Fail if the page shows an error"
        for shown in self.page.locator('.modal.in .alert').all():
            if shown.is_visible():
                self.wrongs.append(f'shown: {shown.inner_text()}')
        if self.page.evaluate(UNREAD):
            self.wrongs.append("shown: records that could not be read")

    def ask(self, method, *arguments):
        "Ask the server as the page does, in its own session"
        return self.do(
            """([method, params]) => Sao.rpc(
                {method: method, params: params},
                Sao.Session.current_session)""",
            [method, [*arguments, {}]])

    def do(self, script, given=None):
        """Return what a script of the page promises

        What waits for somebody to answer a dialog fails with what it shows.
        """
        try:
            return self.page.evaluate(
                f"""([given, patience]) => Promise.race([
                    ({script})(given),
                    new Promise((_, reject) => setTimeout(
                        () => reject(new Error('patience')), patience)),
                    ])""", [given, PATIENCE])
        except Exception as error:
            self.refuse_errors()
            raise AssertionError(
                f'{given}: {self.wrongs or error}') from error

    def search(self, model, domain=()):
        "Return the ids of the records that the person may see"
        return self.ask(
            f'model.{model}.search', list(domain), 0, None, None)

    def entries_below(self, name):
        "Return the {id: path} of what the person may open below an entry"
        return entries_below(self.ask, name)

    def execute(self, entry):
        "Open an entry of the menu as a double click does"
        self.do(
            """id => Sao.Action.exec_keyword(
                'tree_open', {model: 'ir.ui.menu', id: id, ids: [id]},
                null, false)""", entry)
        self.settle()

    def close_tabs(self):
        "Leave what is open, a dialog first"
        leave = self.page.locator('.modal.in button').filter(
            has_text=re.compile(r'^\s*(Annuler|Fermer)\s*$'))
        if leave.count():
            leave.first.click()
            self.settle()
        self.do('() => Promise.all(Sao.Tab.tabs.slice().map(t => t.close()))')
        self.settle()
