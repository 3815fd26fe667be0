from tibillet_base.tools import sliced

from trytond.pool import Pool, PoolMeta

from .evidence import EvidenceMixin


class Attachment(metaclass=PoolMeta):
    __name__ = 'ir.attachment'

    # What says or shows something of the document.
    _document_fields = {'name', 'type', 'link', 'data', 'file_id', 'resource'}

    @classmethod
    def check_modification(
            cls, mode, attachments, values=None, external=False):
        super().check_modification(
            mode, attachments, values=values, external=external)
        if mode == 'write' and cls._document_fields & set(values):
            cls._check_evidence(attachments)

    @classmethod
    def _check_evidence(cls, attachments):
        "Refuse to change a document where it could not be replaced either"
        pool = Pool()
        Signature = pool.get('tibillet.convention.version.signature')
        models = [
            (pool.get(name), 'evidence_file')
            for name in EvidenceMixin.evidence_models()]
        models.append((Signature, 'evidence'))
        for Model, name in models:
            for sub_attachments in sliced(attachments):
                proven = Model.search([
                        (name, 'in', [a.id for a in sub_attachments]),
                        ], order=[])
                for record in proven:
                    Model.check_modification(
                        'write', [record],
                        values={name: getattr(record, name).id},
                        external=True)
