"""The example of a production server says what it must."""
import configparser
import logging.config
import re

from tests import container
from tools.steps import ROOT

PRODUCTION = container.PRODUCTION
SECRET = re.compile(r'(password|secret|token|key)\s*[=:]\s*\S', re.I)


def _configuration(path):
    parser = configparser.ConfigParser(interpolation=None)
    parser.read_string(path.read_text())
    return parser


def _nginx(text):
    "Return the blocks of an nginx file: [(words, [block or words])]"
    words = re.findall(
        r'#[^\n]*|"[^"]*"|[{};]|(?:\$\{\w+\}|[^\s{};"])+', text)
    stack, sentence = [[]], []
    for word in words:
        if word.startswith('#'):
            continue
        if word == ';':
            stack[-1].append((sentence, None))
            sentence = []
        elif word == '{':
            block = []
            stack[-1].append((sentence, block))
            stack.append(block)
            sentence = []
        elif word == '}':
            assert not sentence, "a directive lacks its semicolon"
            stack.pop()
        else:
            sentence.append(word)
    assert len(stack) == 1 and not sentence, "a block is not closed"
    return stack[0]


def test_development():
    config = _configuration(ROOT / 'config' / 'trytond.conf')
    assert config['database']['uri'] == 'sqlite://'
    assert config['database']['language'] == 'fr'
    assert config['web']['listen'].startswith('127.0.0.1:')


def test_production():
    config = _configuration(PRODUCTION / 'trytond.conf')
    assert config['cache']['clean_timeout'] == '0'
    assert config['queue'].getboolean('worker')
    assert not config['database'].getboolean('list')
    assert config['web']['num_proxies'] == '1'
    # A value in the file would win over the environment.
    for section, keys in {
            'database': ['uri', 'path'], 'web': ['root', 'hostname'],
            'email': ['uri', 'from']}.items():
        for key in keys:
            assert key not in config[section]


def test_configurations_are_understood():
    "No option is misspelt: the platform, or we, read each of them somewhere"
    import trytond
    folder = trytond.__path__[0]
    import pathlib
    sources = '\n'.join(
        path.read_text() for path in pathlib.Path(folder).glob('**/*.py')
        if 'modules' not in path.relative_to(folder).parts)
    sources += '\n'.join(
        path.read_text() for path in (ROOT / 'modules').glob('*/*.py'))
    for path in [
            ROOT / 'config' / 'trytond.conf', PRODUCTION / 'trytond.conf']:
        config = _configuration(path)
        for section in config.sections():
            for option in config[section]:
                assert re.search(
                    rf"'{section}',\s*'{option}'", sources), (
                        f'{path.name}: [{section}] {option}')


def test_logging():
    logger = logging.getLogger('tibillet')
    level = logger.level
    handlers = logging.getLogger().handlers[:]
    try:
        logging.config.fileConfig(
            ROOT / 'config' / 'logging.conf',
            disable_existing_loggers=False)
        assert logger.getEffectiveLevel() == logging.INFO
        assert logging.getLogger('trytond').getEffectiveLevel() == (
            logging.WARNING)
    finally:
        logger.setLevel(level)
        logging.getLogger().handlers[:] = handlers


def test_no_secret_is_written():
    for path in PRODUCTION.rglob('*'):
        if path.suffix in {'.conf', '.service', '.example', '.py'}:
            for line in path.read_text().splitlines():
                if not line.startswith('#'):
                    assert not SECRET.search(line), f'{path.name}: {line}'


def test_proxy():
    blocks = _nginx((PRODUCTION / 'nginx.conf').read_text())
    servers = [block for words, block in blocks if words == ['server']]
    plain, secure = servers
    assert (['return', '301', 'https://$host$request_uri'], None) in plain
    listens = [w for w, _ in secure if w[0] == 'listen']
    assert listens and all('ssl' in words for words in listens)
    protocols, = [w for w, _ in secure if w[0] == 'ssl_protocols']
    assert set(protocols[1:]) <= {'TLSv1.2', 'TLSv1.3'}
    shut = [
        words for words, block in secure
        if words[0] == 'location' and block == [(['return', '404'], None)]]
    (_, _, pattern), = shut
    for path, closed in [
            ('/tibillet/rest/model/party.party', True),
            ('/tibillet/rest', True), ('/other/rest/', True),
            ('/tibillet/rpc/', False), ('/restaurant', False),
            ('/tibillet/tibillet/v1/rest', False)]:
        assert bool(re.search(pattern, path)) == closed, path
    headers = {
        tuple(words[1:3]) for words, _ in secure
        if words[0] == 'proxy_set_header'}
    assert ('X-Forwarded-Proto', '$scheme') in headers
    # One proxy is believed: it must not pass on what a stranger claims.
    assert ('X-Forwarded-For', '$remote_addr') in headers


def _units():
    for path in sorted((PRODUCTION / 'systemd').glob('*.service')):
        unit = configparser.ConfigParser(
            interpolation=None, strict=False, delimiters=['='])
        unit.optionxform = str
        unit.read_string(path.read_text())
        yield path.stem, unit


def test_units():
    units = dict(_units())
    assert set(units) == {
        'tibillet-web', 'tibillet-worker', 'tibillet-cron'}
    for name, unit in units.items():
        service = unit['Service']
        program, *arguments = service['ExecStart'].split()
        assert program.startswith('/srv/tibillet/.venv/bin/'), name
        assert service['User'] == 'tibillet'
        assert service['EnvironmentFile'] == '/etc/tibillet/environment'
        for argument in arguments:
            if argument.startswith('/srv/tibillet/'):
                assert (ROOT / argument[len('/srv/tibillet/'):]).exists()


def test_units_and_services_agree():
    services = container.services()
    assert set(services) == {'database', 'setup', 'web', 'worker', 'cron'}
    for name, unit in _units():
        program = unit['Service']['ExecStart'].split()[0].split('/')[-1]
        service = services[name.removeprefix('tibillet-')]
        assert service['command'][0] == program


def test_services_and_example_name_the_same_keys():
    "What a machine tells its units, an image or its services tell too"
    example = (PRODUCTION / 'environment.example').read_text()
    names = set(re.findall(r'^(TRYTOND_[A-Z_]+)=', example, re.M))
    assert 'TRYTOND_TIBILLET__MASTERS' in names
    image = {
        argument.partition('=')[0]
        for word, argument in container.instructions() if word == 'ENV'}
    services = container.services()
    for name in ['setup', 'web', 'worker', 'cron']:
        environment = {
            key for key in services[name]['environment']
            if key.startswith('TRYTOND_')}
        assert environment | image == names, name


def test_services_are_not_open():
    services = container.services()
    published = [
        port for service in services.values()
        for port in service.get('ports', [])]
    assert published == ["127.0.0.1:8000:8000"]


def test_environment_names_what_the_file_leaves_out():
    text = (PRODUCTION / 'environment.example').read_text()
    names = set(re.findall(r'^([A-Z_]+)=', text, re.M))
    assert {
        'TRYTOND_CONFIG', 'TRYTOND_DATABASE__URI', 'TRYTOND_DATABASE__PATH',
        'TRYTOND_WEB__ROOT', 'TRYTOND_WEB__HOSTNAME', 'TRYTOND_EMAIL__URI',
        'TRYTOND_EMAIL__FROM', 'PGPASSFILE', 'WEB_CONCURRENCY'} <= names
