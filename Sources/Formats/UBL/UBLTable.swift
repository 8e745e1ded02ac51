// The paths of UBL 2.1 that a payment needs; invoice and credit note differ in the root and in the
// names of type code and lines only. What else stands in the document is skipped.

/// A document while it is read.
struct UBLDraft: Sendable {
  typealias Rule = PathRule<UBLDraft>

  var document = UBLDocument()
  var party = UBLDocument.Party()
  var means = UBLDocument.PaymentMeans()
  var tax = UBLDocument.TaxTotal()
  var line = UBLDocument.Line()
  var taxID: String?
  var taxScheme: String?
  var hasSupplier = false
  var hasBuyer = false
  var hasTotal = false

  static let table = PathTable<UBLDraft>(
    namespaces: [
      "invoice": ["urn:oasis:names:specification:ubl:schema:xsd:Invoice-2"],
      "note": ["urn:oasis:names:specification:ubl:schema:xsd:CreditNote-2"],
      "cac": ["urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2"],
      "cbc": ["urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2"],
    ],
    [
      .element(
        "invoice:Invoice", open: { $0.document.kind = .invoice },
        [once("cbc:DueDate", \.document.dueDate), once("cbc:InvoiceTypeCode", \.document.typeCode)]
          + head + parties + payment + lines("cac:InvoiceLine")),
      .element(
        "note:CreditNote", open: { $0.document.kind = .creditNote },
        // UBL 2.2 gave credit notes a due date of their own.
        [
          once("cbc:DueDate", \.document.dueDate),
          once("cbc:CreditNoteTypeCode", \.document.typeCode),
        ] + head + parties + payment + lines("cac:CreditNoteLine")),
    ])

  private static let head: [Rule] = [
    .text("cbc:ID") { (draft, text) throws(XMLFault) in
      try set(&draft.document.id, text.string())
    },
    .text("cbc:DocumentCurrencyCode") { (draft, text) throws(XMLFault) in
      try set(&draft.document.currency, text.string())
    },
    once("cbc:IssueDate", \.document.issueDate),
    once("cbc:BuyerReference", \.document.buyerReference),
    once("cac:OrderReference/cbc:ID", \.document.orderReference),
    .text("cac:BillingReference/cac:InvoiceDocumentReference/cbc:ID") {
      (draft, text) throws(XMLFault) in
      try append(
        text.string(), to: &draft.document.billingReferences,
        max: UBLDocument.maximumBillingReferences)
    },
  ]

  private static let parties: [Rule] = [
    .element(
      "cac:AccountingSupplierParty/cac:Party", open: { $0.party = .init() },
      close: { (draft) throws(XMLFault) in
        if draft.hasSupplier { throw twice }
        draft.hasSupplier = true
        draft.document.supplier = draft.party
      }, party),
    .element(
      "cac:AccountingCustomerParty/cac:Party", open: { $0.party = .init() },
      close: { (draft) throws(XMLFault) in
        if draft.hasBuyer { throw twice }
        draft.hasBuyer = true
        draft.document.buyer = draft.party
      }, party),
    .element(
      "cac:PayeeParty", open: { $0.party = .init() },
      close: { (draft) throws(XMLFault) in
        if draft.document.payee != nil { throw twice }
        draft.document.payee = draft.party
      }, party),
  ]

  private static let party: [Rule] = [
    first(
      "cbc:EndpointID", \.party.endpointID, attributes: ["schemeID": take(\.party.endpointIDScheme)]
    ),
    first("cac:PartyName/cbc:Name", \.party.tradingName),
    first("cac:PostalAddress/cac:Country/cbc:IdentificationCode", \.party.country),
    .element(
      "cac:PartyTaxScheme",
      open: { draft in
        draft.taxID = nil
        draft.taxScheme = nil
      },
      close: { draft in
        // EHF also has a scheme TAX that holds the word "Foretaksregisteret".
        if draft.taxScheme == "VAT", draft.party.vatID == nil { draft.party.vatID = draft.taxID }
      }, [first("cbc:CompanyID", \.taxID), first("cac:TaxScheme/cbc:ID", \.taxScheme)]),
    first("cac:PartyLegalEntity/cbc:RegistrationName", \.party.registrationName),
    first(
      "cac:PartyLegalEntity/cbc:CompanyID", \.party.legalID,
      attributes: ["schemeID": take(\.party.legalIDScheme)]),
  ]

  private static let payment: [Rule] = [
    .element(
      "cac:PaymentMeans", open: { $0.means = .init() },
      close: { (draft) throws(XMLFault) in
        if draft.document.paymentMeans.count == UBLDocument.maximumPaymentMeans {
          throw XMLFault(.limit, "more than \(UBLDocument.maximumPaymentMeans) ways to pay")
        }
        draft.document.paymentMeans.append(draft.means)
      },
      [
        once("cbc:PaymentMeansCode", \.means.code, attributes: ["name": take(\.means.name)]),
        once("cbc:PaymentDueDate", \.means.dueDate),
        .text("cbc:PaymentID") { (draft, text) throws(XMLFault) in
          try append(
            text.string(), to: &draft.means.paymentIDs, max: UBLDocument.maximumPaymentIDs)
        },
        once(
          "cac:PayeeFinancialAccount/cbc:ID", \.means.accountID,
          attributes: ["schemeID": take(\.means.accountIDScheme)]),
        once("cac:PayeeFinancialAccount/cbc:Name", \.means.accountName),
        once(
          "cac:PayeeFinancialAccount/cac:FinancialInstitutionBranch/cbc:ID", \.means.branchID,
          attributes: ["schemeID": take(\.means.branchIDScheme)]),
      ]),
    first("cac:PaymentTerms/cbc:Note", \.document.paymentTermsNote),
    .element(
      "cac:TaxTotal", open: { $0.tax = .init() },
      close: { draft in
        if draft.document.taxTotals.count < UBLDocument.maximumTaxTotals {
          draft.document.taxTotals.append(draft.tax)
        }
      },
      [
        once(
          "cbc:TaxAmount", \.tax.amount, attributes: ["currencyID": take(\.tax.currency)])
      ]),
    .element(
      "cac:LegalMonetaryTotal",
      open: { (draft) throws(XMLFault) in
        if draft.hasTotal { throw twice }
        draft.hasTotal = true
      },
      [
        once("cbc:TaxInclusiveAmount", \.document.taxInclusiveAmount),
        once("cbc:PrepaidAmount", \.document.prepaidAmount),
        once(
          "cbc:PayableAmount", \.document.payableAmount,
          attributes: ["currencyID": take(\.document.payableCurrency)]),
      ]),
  ]

  private static func lines(_ line: String) -> [Rule] {
    [
      .element(
        line,
        open: { draft in
          draft.document.lineCount += 1
          draft.line = .init()
        },
        close: { draft in
          if draft.document.lines.count < UBLDocument.maximumLines {
            draft.document.lines.append(draft.line)
          }
        },
        [
          first("cbc:LineExtensionAmount", \.line.netAmount),
          first("cbc:AccountingCost", \.line.accountingCost),
          .text("cac:Item/cbc:Name") { draft, text in
            if draft.document.firstLines.count < UBLDocument.maximumFirstLines {
              draft.document.firstLines.append(text.string())
            }
          },
        ])
    ]
  }

  /// What the file lacks is missed here, when all of it has been read.
  func finished() throws(UBLError) -> UBLDocument {
    if document.id.isEmpty { throw .missing("cbc:ID") }
    if document.currency.isEmpty { throw .missing("cbc:DocumentCurrencyCode") }
    if !hasTotal { throw .missing("cac:LegalMonetaryTotal") }
    var document = document
    document.dueDate = document.dueDate ?? document.paymentMeans.lazy.compactMap(\.dueDate).first
    return document
  }
}

extension UBLDraft {
  typealias Place = any WritableKeyPath<UBLDraft, String?> & Sendable

  static let twice = XMLFault(.value, "stands twice, where one is allowed")

  /// An element that decides what is paid: a second one makes the file unreadable.
  private static func once(
    _ path: String, _ place: Place, attributes: [String: Rule.Take] = [:]
  ) -> Rule {
    .text(path, attributes: attributes) { (draft, text) throws(XMLFault) in
      if draft[keyPath: place] != nil { throw twice }
      draft[keyPath: place] = nonEmpty(text.string())
    }
  }

  /// An element that UBL lets repeat, of which the first is taken.
  private static func first(
    _ path: String, _ place: Place, attributes: [String: Rule.Take] = [:]
  ) -> Rule {
    .text(path, attributes: attributes, take(place))
  }

  private static func take(_ place: Place) -> Rule.Take {
    { draft, text in
      if draft[keyPath: place] == nil { draft[keyPath: place] = nonEmpty(text.string()) }
    }
  }

  private static func set(_ value: inout String, _ text: String) throws(XMLFault) {
    if !value.isEmpty { throw twice }
    value = text
  }

  private static func append(
    _ text: String, to list: inout [String], max: Int
  ) throws(XMLFault) {
    if text.isEmpty { return }
    if list.count == max { throw XMLFault(.limit, "more than \(max) of them") }
    list.append(text)
  }

  private static func nonEmpty(_ text: String) -> String? { text.isEmpty ? nil : text }
}
