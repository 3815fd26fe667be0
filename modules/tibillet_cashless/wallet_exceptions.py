"""What the wallet engine refuses, with the code that routes answer."""
from trytond.exceptions import UserError
from trytond.model.exceptions import AccessError


class WalletAccessError(AccessError):
    pass


class WalletEraseError(AccessError):
    pass


class WalletError(UserError):
    "What is refused about wallets, with the code that routes answer"
    api_status = 409


class WalletAmountError(WalletError):
    api_status = 400


class AmountNumberError(WalletAmountError):
    api_code = 'amount_number'


class AmountSignError(WalletAmountError):
    api_code = 'amount_sign'


class AmountUnitError(WalletAmountError):
    api_code = 'amount_unit'


class AmountLimitError(WalletAmountError):
    api_code = 'amount_limit'


class AmountStepError(WalletAmountError):
    api_code = 'amount_step'


class AmountMissingError(WalletAmountError):
    api_code = 'amount_missing'


class WalletUUIDMissingError(WalletError):
    api_code = 'uuid_missing'
    api_status = 400


class WalletUUIDError(WalletError):
    api_code = 'uuid_reused'


class MoneyMethodError(WalletError):
    api_code = 'money_method'


class MoneyAccountError(WalletError):
    api_code = 'money_account'


class CardTillError(WalletError):
    api_code = 'card_till'


class CardUnknownError(WalletError):
    api_code = 'card_unknown'
    api_status = 404


class CardBlockedError(WalletError):
    api_code = 'card_blocked'


class CardReplacedError(WalletError):
    api_code = 'card_replaced'


class WalletUnknownError(WalletError):
    api_code = 'wallet_unknown'
    api_status = 404


class MoneyUnknownError(WalletError):
    api_code = 'money_unknown'
    api_status = 404


class MoneyTwiceError(WalletError):
    api_code = 'money_twice'
    api_status = 400


class MoneyClosedError(WalletError):
    api_code = 'money_closed'


class MoneyPurchaseError(WalletError):
    api_code = 'not_purchasable'


class MoneyRedeemError(WalletError):
    api_code = 'not_redeemable'


class MoneyGrantError(WalletError):
    api_code = 'not_granted'


class MoneySpendError(WalletError):
    api_code = 'not_spendable'


class MoneyNotAcceptedError(WalletError):
    api_code = 'not_accepted'


class MoneyIssuerError(WalletError):
    api_code = 'not_issuer'


class WalletCapError(WalletError):
    api_code = 'cap'


class WalletPaymentCapError(WalletError):
    api_code = 'payment_cap'


class WalletInsufficientError(WalletError):
    api_code = 'insufficient'


class WalletRestError(WalletError):
    api_code = 'rest'
    api_status = 400


class WalletSecondError(WalletError):
    api_code = 'second_card'
    api_status = 400


class HoldUnknownError(WalletError):
    api_code = 'hold_unknown'
    api_status = 404


class HoldUntilError(WalletError):
    api_code = 'hold_until'
    api_status = 400


class HoldClosedError(WalletError):
    api_code = 'hold_closed'


class HoldExpiredError(WalletError):
    api_code = 'hold_expired'


class HoldAmountError(WalletError):
    api_code = 'hold_amount'


class OperationUnknownError(WalletError):
    api_code = 'operation_unknown'
    api_status = 404


class OperationCompanyError(WalletError):
    api_code = 'other_company'


class OperationReversedError(WalletError):
    api_code = 'reversed'


class OperationKindError(WalletError):
    api_code = 'not_reversible'


class OperationSpentError(WalletError):
    api_code = 'spent'


class CardCancelError(WalletError):
    api_code = 'cancel_denied'
    api_status = 403


class CardSaleError(WalletError):
    api_code = 'no_card_sale'


class WalletMergeCompanyError(WalletError):
    api_code = 'company_missing'


class CardHolderError(WalletError):
    api_code = 'card_held'


class WalletBrokenError(RuntimeError):
    """What the engine has written contradicts itself

    Never a refusal: nothing is recorded, and the nightly proof says where.
    """


class PostingAccountError(UserError):
    pass


class PostingDateError(UserError):
    pass


class PostingNothingError(UserError):
    pass
