class ExactTaxMixin:
    "What is taxed, with lines whose prices include their taxes"
    __slots__ = ()

    def _get_taxes(self):
        taxes = super()._get_taxes()
        for line in self._get_exact_lines():
            for tax, base, vat in line.get_exact_taxes():
                found = self._compute_tax_line(
                    amount=vat, base=base, tax=tax)
                key = found._key
                taxes[key] = taxes[key] + found if key in taxes else found
        return taxes

    def _get_exact_lines(self):
        return [
            line for line in self.lines or []
            if getattr(line, 'type', None) == 'line']
