import Formats
package import Primitives

/// A batch of payments that an accounting system hands in.
package enum Batch {
  package static let itemLimit = 500
}

/// Why a batch is refused as a whole, or an item of it alone, in the order it is checked.
package enum BatchError: Refusal, Equatable {
  case idInvalid
  case timeInvalid
  case empty
  case tooLarge(limit: Int)
  case countWrong(said: Int, sent: Int)
  case totalsWrong
  case idReused
  case itemEmpty
  case invoiceNumberInvalid
  case countryInvalid(String)

  package var kind: RefusalKind { self == .idReused ? .conflict : .invalidArgument }

  package var reason: String {
    switch self {
    case .idInvalid: "BATCH_ID_INVALID"
    case .timeInvalid: "BATCH_TIME_INVALID"
    case .empty: "BATCH_EMPTY"
    case .tooLarge: "BATCH_TOO_LARGE"
    case .countWrong: "BATCH_COUNT_WRONG"
    case .totalsWrong: "BATCH_TOTALS_WRONG"
    case .idReused: "BATCH_ID_REUSED"
    case .itemEmpty: "BATCH_ITEM_EMPTY"
    case .invoiceNumberInvalid: "BATCH_ITEM_NUMBER_INVALID"
    case .countryInvalid: "BATCH_ITEM_COUNTRY_INVALID"
    }
  }

  package var field: String? {
    switch self {
    case .idInvalid, .idReused: "batch.batch_id"
    case .timeInvalid: "batch.create_time"
    case .empty, .tooLarge: "batch.items"
    case .countWrong: "batch.item_count"
    case .totalsWrong: "batch.totals"
    case .itemEmpty: "content"
    case .invoiceNumberInvalid: "invoice_number"
    case .countryInvalid: "creditor.country_code"
    }
  }

  package var message: String {
    switch self {
    case .idInvalid: "A batch_id has 1 to 64 visible ASCII characters."
    case .timeInvalid: "The batch's create_time must be whole seconds of the years 1970 to 9999."
    case .empty: "The batch holds no item."
    case .tooLarge(let limit): "A batch holds at most \(limit) items; divide it."
    case .countWrong(let said, let sent):
      "The batch says \(said) items and holds \(sent): something was lost or added on the way."
    case .totalsWrong:
      "The batch's totals are not the sums of its payments, one for each currency."
    case .idReused:
      "This batch_id was used for other content; use a new one. Nothing was done."
    case .itemEmpty: "The item holds neither an invoice nor a payment."
    case .invoiceNumberInvalid: "An invoice number has 1 to 140 characters, all of them visible."
    case .countryInvalid(let code): "\(code) is no country code; write two capital letters."
    }
  }
}

/// What a batch says of itself, to be held against what it holds.
package struct BatchFrame: Sendable {
  package var batchID: String
  /// nil where the time is none.
  package var createTime: Instant?
  package var saidCount: Int
  package var sentCount: Int
  package var saidTotals: [(minorUnits: Int64, currencyCode: String)]
  /// The amounts of the items given as payments.
  package var amounts: [(minorUnits: Int64, currencyCode: String)]

  package init(
    batchID: String, createTime: Instant?, saidCount: Int, sentCount: Int,
    saidTotals: [(minorUnits: Int64, currencyCode: String)],
    amounts: [(minorUnits: Int64, currencyCode: String)]
  ) {
    self.batchID = batchID
    self.createTime = createTime
    self.saidCount = saidCount
    self.sentCount = sentCount
    self.saidTotals = saidTotals
    self.amounts = amounts
  }

  /// Refuses what contradicts itself; returns the time of sealing.
  package func checked() throws(BatchError) -> Instant {
    guard 1...64 ~= batchID.utf8.count, batchID.utf8.allSatisfy({ (0x21...0x7E).contains($0) })
    else { throw .idInvalid }
    guard let createTime else { throw .timeInvalid }
    if sentCount == 0 { throw .empty }
    if sentCount > Batch.itemLimit { throw .tooLarge(limit: Batch.itemLimit) }
    if saidCount != sentCount { throw .countWrong(said: saidCount, sent: sentCount) }
    var sums: [String: Int64] = [:]
    for amount in amounts {
      let (sum, overflow) = sums[amount.currencyCode, default: 0]
        .addingReportingOverflow(amount.minorUnits)
      if overflow { throw .totalsWrong }
      sums[amount.currencyCode] = sum
    }
    let said = Dictionary(saidTotals.map { ($0.currencyCode, $0.minorUnits) }) { first, _ in first }
    guard said == sums, said.count == saidTotals.count else { throw .totalsWrong }
    return createTime
  }
}

/// A payment as an accounting system gives it, unchecked.
package struct SubmittedPayment: Sendable {
  package var invoiceNumber: String
  package var organisationNumber: String
  package var countryCode: String
  package var currencyCode: String
  /// The rest, as a correction of nothing.
  package var values: PaymentCorrection

  package init(
    invoiceNumber: String, organisationNumber: String, countryCode: String, currencyCode: String,
    values: PaymentCorrection
  ) {
    self.invoiceNumber = invoiceNumber
    self.organisationNumber = organisationNumber
    self.countryCode = countryCode
    self.currencyCode = currencyCode
    self.values = values
  }
}

extension InvoiceReading {
  /// What an accounting system says of one invoice. What it leaves out a person fills in (P-07);
  /// what it gives and is wrong is refused, with `BatchError` or `PaymentError`.
  package init(_ item: SubmittedPayment, today: CalendarDate) throws {
    let number = item.invoiceNumber.trimmed
    guard !number.isEmpty, number.fits(scalars: 140), number.isPlainLine else {
      throw BatchError.invoiceNumberInvalid
    }
    var country: CountryCode?
    if !item.countryCode.isEmpty {
      guard let code = try? CountryCode(item.countryCode) else {
        throw BatchError.countryInvalid(String(item.countryCode.prefix(10)))
      }
      country = code
    }
    guard let currency = try? Currency(item.currencyCode) else {
      throw PaymentError.currencyUnknown(String(item.currencyCode.prefix(10)))
    }
    let nothing = PaymentTerms(
      creditorName: nil, creditorCountry: country, creditorAccount: nil, creditorBIC: nil,
      amount: Money(minorUnits: 0, currency: currency),
      reference: try? PaymentReference(type: .message, text: number), dueDate: nil)
    let terms = try item.values.applied(to: nothing)
    var party = UBLDocument.Party()
    party.legalID = item.organisationNumber.isEmpty ? nil : item.organisationNumber
    party.registrationName = terms.creditorName
    party.country = country?.code
    self.init(
      number: number, supplierKey: Self.supplierKey(party), terms: terms, asWritten: AsWritten(),
      warnings: terms.dueDate.map { $0 < today } ?? false ? [.overdue] : [])
  }
}

/// What became of one item of a batch.
package enum BatchOutcome: Sendable, Equatable {
  case payment(ID<Payment>)
  case refused(RecordedRefusal)
}

/// A refusal as it was told, for telling it again.
package struct RecordedRefusal: Refusal, Equatable {
  package let kind: RefusalKind
  package let reason: String
  package let field: String?
  package let message: String

  package init(kind: RefusalKind, reason: String, field: String?, message: String) {
    self.kind = kind
    self.reason = reason
    self.field = field
    self.message = message
  }

  package init(_ refusal: any Refusal) {
    self.init(
      kind: refusal.kind, reason: refusal.reason, field: refusal.field, message: refusal.message)
  }
}

package struct BatchSubmitted: Sendable, Equatable {
  package var batch: ID<Batch>
  package var batchID: String
  /// SHA-256 of the sealed bytes, which are kept as a blob.
  package var digest: [UInt8]
  /// SHA-256 of their content part: what a repeat must equal.
  package var contentDigest: [UInt8]
  package var seal: Seal?
  package var outcomes: [BatchOutcome]

  package init(
    batch: ID<Batch>, batchID: String, digest: [UInt8], contentDigest: [UInt8], seal: Seal?,
    outcomes: [BatchOutcome]
  ) {
    self.batch = batch
    self.batchID = batchID
    self.digest = digest
    self.contentDigest = contentDigest
    self.seal = seal
    self.outcomes = outcomes
  }
}
