"""Whether a good is an asset or an expense, without database."""

ASSET, EXPENSE = 'asset', 'expense'


def treatment(cost, threshold, object_of_activity):
    """Return what a good is in the books and the reason, as two words.

    cost: Decimal, of one unit, excluding tax.
    threshold: Decimal, excluding tax, or None when no good is tolerated as
    an expense.
    object_of_activity: whether to use, lend or rent out the good is what the
    activity is about.
    """
    # BOI-BIC-CHG-20-30-10: equipment of at most 500 euros excluding tax may
    # be an expense, unless its use is the very object of the activity.
    if object_of_activity:
        return ASSET, 'object_of_activity'
    if threshold is None:
        return ASSET, 'no_threshold'
    if cost <= threshold:
        return EXPENSE, 'low_value'
    return ASSET, 'above_threshold'
