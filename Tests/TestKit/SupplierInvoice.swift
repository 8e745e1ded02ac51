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
  /// Empty: the document says nothing of tax.
  package var tax = ""
  /// What each line costs without tax, and the account that it names; empty: none.
  package var lines: [(net: String, account: String)] = []

  /// Each number has a reference of its own, as suppliers do it.
  package init(number: String = "104471") {
    self.number = number
    if number != "104471" {
      // Far apart for numbers that are alike; one for each text.
      let text = number.utf8.reduce(7) { ($0 * 31 + Int($1)) % 99_999_989 }
      reference = Numbers.kid(text)
    }
  }

  /// A credit note of the usual supplier, in UBL.
  package static func creditNote(_ number: String, _ amount: String) -> String {
    SupplierInvoice(number: number).with { $0.amount = amount }.ubl
      .replacing("Invoice-2", with: "CreditNote-2")
      .replacing("<Invoice ", with: "<CreditNote ").replacing("</Invoice>", with: "</CreditNote>")
      .replacing(
        "<cbc:InvoiceTypeCode>380</cbc:InvoiceTypeCode>",
        with: "<cbc:CreditNoteTypeCode>381</cbc:CreditNoteTypeCode>")
  }

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
        \(taxTotal)
        <cac:LegalMonetaryTotal>
          <cbc:PayableAmount currencyID="\(currency)">\(amount)</cbc:PayableAmount>
        </cac:LegalMonetaryTotal>
        \(invoiceLines)
      </Invoice>
      """
  }

  private var taxTotal: String {
    tax.isEmpty
      ? ""
      : "<cac:TaxTotal><cbc:TaxAmount currencyID=\"\(currency)\">\(tax)</cbc:TaxAmount></cac:TaxTotal>"
  }

  private var invoiceLines: String {
    lines.map { net, account in
      let cost = account.isEmpty ? "" : "<cbc:AccountingCost>\(account)</cbc:AccountingCost>"
      return """
        <cac:InvoiceLine><cbc:LineExtensionAmount currencyID="\(currency)">\(net)\
        </cbc:LineExtensionAmount>\(cost)<cac:Item><cbc:Name>Goods</cbc:Name></cac:Item>\
        </cac:InvoiceLine>
        """
    }.joined()
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
