/// An invoice or credit note as it stands in the file (UBL 2.1: Peppol BIS Billing 3, EHF 3).
///
/// Texts are trimmed, empty ones are nil, and nothing is judged: whether an account number or an
/// amount holds is for the domain to say, so that a person sees what the supplier wrote.
package struct UBLDocument: Hashable, Sendable {
  package enum Kind: String, Hashable, Sendable, CaseIterable {
    case invoice, creditNote
  }

  /// A company in the document.
  package struct Party: Hashable, Sendable {
    /// PartyLegalEntity/RegistrationName.
    package var registrationName: String?
    /// PartyName/Name.
    package var tradingName: String?
    /// PartyLegalEntity/CompanyID, in Norway the organisation number.
    package var legalID: String?
    /// The register of `legalID` (ISO 6523), 0192 for Norway, 0007 for Sweden.
    package var legalIDScheme: String?
    /// The electronic address, with its scheme in `endpointIDScheme`.
    package var endpointID: String?
    package var endpointIDScheme: String?
    /// PartyTaxScheme/CompanyID where the tax is VAT, such as "NO988077917MVA".
    package var vatID: String?
    /// PostalAddress/Country, two letters.
    package var country: String?

    package init() {}

    /// The legal name, else the trading name.
    package var name: String? { registrationName ?? tradingName }
  }

  /// One way to pay.
  package struct PaymentMeans: Hashable, Sendable {
    /// UNCL 4461: 30 and 58 are credit transfers, 31 a debit transfer that EHF also uses for them.
    package var code: String?
    package var name: String?
    /// KID, OCR or other references.
    package var paymentIDs: [String] = []
    /// PayeeFinancialAccount/ID; a card account is not read.
    package var accountID: String?
    package var accountIDScheme: String?
    package var accountName: String?
    /// FinancialInstitutionBranch/ID: a BIC, or "SE:BANKGIRO", "SE:PLUSGIRO".
    package var branchID: String?
    package var branchIDScheme: String?
    /// Where credit notes have their due date.
    package var dueDate: String?

    package init() {}
  }

  /// One sum of tax (TaxTotal).
  package struct TaxTotal: Hashable, Sendable {
    package var amount: String?
    package var currency: String?

    package init() {}
  }

  /// What one line costs, without tax.
  package struct Line: Hashable, Sendable {
    /// LineExtensionAmount.
    package var netAmount: String?
    /// AccountingCost: where the buyer wants it posted.
    package var accountingCost: String?

    package init() {}
  }

  package var kind = Kind.invoice
  package var id = ""
  /// InvoiceTypeCode or CreditNoteTypeCode (UNCL 1001): 380, 381, 384…
  package var typeCode: String?
  package var issueDate: String?
  /// DueDate, else the first PaymentMeans/PaymentDueDate.
  package var dueDate: String?
  /// DocumentCurrencyCode.
  package var currency = ""
  package var supplier = Party()
  package var buyer = Party()
  /// The one to be paid, where it is not the supplier (factoring).
  package var payee: Party?
  /// LegalMonetaryTotal/PayableAmount, with its currencyID in `payableCurrency`.
  package var payableAmount: String?
  package var payableCurrency: String?
  package var taxInclusiveAmount: String?
  package var prepaidAmount: String?
  package var paymentMeans: [PaymentMeans] = []
  package var paymentTermsNote: String?
  package var buyerReference: String?
  package var orderReference: String?
  /// The invoices that a credit note is about.
  package var billingReferences: [String] = []
  package var lineCount = 0
  /// The names of the first lines' items, at most `maximumFirstLines`.
  package var firstLines: [String] = []

  /// In the document's currency, and where the tax is due in another, in that too.
  package var taxTotals: [TaxTotal] = []
  /// The first lines, at most `maximumLines`.
  package var lines: [Line] = []

  package static let maximumFirstLines = 5
  package static let maximumTaxTotals = 5
  package static let maximumLines = 1000
  package static let maximumPaymentMeans = 20
  package static let maximumPaymentIDs = 20
  package static let maximumBillingReferences = 1000

  package init() {}

  /// 4 MiB, 16 KiB for one text: attachments are skipped, but count as part of the document.
  package static let limits = {
    var limits = XMLLimits()
    limits.documentBytes = 4 << 20
    return limits
  }()

  /// Reads a whole file; the same bytes always give the same answer.
  package static func read(
    _ bytes: [UInt8], limits: XMLLimits = UBLDocument.limits
  ) throws(UBLError) -> UBLDocument {
    guard bytes.count <= limits.documentBytes else { throw .tooLarge }
    let draft: UBLDraft
    do {
      draft = try XMLReader.read(bytes, by: UBLDraft.table, into: UBLDraft(), limits: limits)
    } catch {
      throw UBLError(error)
    }
    return try draft.finished()
  }
}
