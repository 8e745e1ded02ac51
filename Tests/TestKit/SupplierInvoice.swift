/// A supplier's invoice in UBL, as Peppol BIS Billing 3 carries it; only what a test is about needs
/// to be said.
package struct SupplierInvoice: Sendable {
  package var number = "104471"
  package var supplier = "Elbolaget AS"
  package var supplierNumber = "988077917"
  package var country = "NO"
  package var buyerNumber = "923609016"
  package var account = "86011117947"
  /// The BIC of the creditor's bank, or the mark of a Swedish giro.
  package var branch = ""
  /// KID, OCR, RF or message; empty for none.
  package var reference = "20260010447106"
  package var amount = "7155.00"
  package var currency = "NOK"
  package var due = "2026-03-16"

  package init(number: String = "104471") { self.number = number }

  package func with(_ change: (inout Self) -> Void) -> Self {
    var changed = self
    change(&changed)
    return changed
  }

  /// The document.
  package var ubl: String {
    let namespace = "urn:oasis:names:specification:ubl:schema:xsd"
    return """
      <?xml version="1.0" encoding="UTF-8"?>
      <Invoice xmlns="\(namespace):Invoice-2" xmlns:cac="\(namespace):CommonAggregateComponents-2" \
      xmlns:cbc="\(namespace):CommonBasicComponents-2">
        <cbc:ID>\(number)</cbc:ID>
        <cbc:IssueDate>2026-02-16</cbc:IssueDate>
        \(due.isEmpty ? "" : "<cbc:DueDate>\(due)</cbc:DueDate>")
        <cbc:InvoiceTypeCode>380</cbc:InvoiceTypeCode>
        <cbc:DocumentCurrencyCode>\(currency)</cbc:DocumentCurrencyCode>
        <cac:AccountingSupplierParty><cac:Party>
          <cac:PostalAddress><cac:Country>
            <cbc:IdentificationCode>\(country)</cbc:IdentificationCode>
          </cac:Country></cac:PostalAddress>
          <cac:PartyLegalEntity>
            <cbc:RegistrationName>\(supplier)</cbc:RegistrationName>
            <cbc:CompanyID>\(supplierNumber)</cbc:CompanyID>
          </cac:PartyLegalEntity>
        </cac:Party></cac:AccountingSupplierParty>
        <cac:AccountingCustomerParty><cac:Party>
          <cac:PartyLegalEntity>
            <cbc:RegistrationName>The buyer</cbc:RegistrationName>
            <cbc:CompanyID>\(buyerNumber)</cbc:CompanyID>
          </cac:PartyLegalEntity>
        </cac:Party></cac:AccountingCustomerParty>
        \(means)
        <cac:LegalMonetaryTotal>
          <cbc:PayableAmount currencyID="\(currency)">\(amount)</cbc:PayableAmount>
        </cac:LegalMonetaryTotal>
      </Invoice>
      """
  }

  private var means: String {
    let payment = reference.isEmpty ? "" : "<cbc:PaymentID>\(reference)</cbc:PaymentID>"
    let bank =
      branch.isEmpty
      ? ""
      : "<cac:FinancialInstitutionBranch><cbc:ID>\(branch)</cbc:ID></cac:FinancialInstitutionBranch>"
    let payee =
      account.isEmpty
      ? ""
      : "<cac:PayeeFinancialAccount><cbc:ID>\(account)</cbc:ID>\(bank)</cac:PayeeFinancialAccount>"
    return """
      <cac:PaymentMeans><cbc:PaymentMeansCode>30</cbc:PaymentMeansCode>\(payment)\(payee)\
      </cac:PaymentMeans>
      """
  }
}
