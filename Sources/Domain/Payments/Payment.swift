package import Primitives

/// A payment to a supplier, or of a salary, from proposal to posted.
package struct Payment: Sendable, Equatable {
  package var id: ID<Payment>
  package var state: PaymentState
  package var invoiceNumber: String
  /// Whom the invoice is from, in one comparable text; see `InvoiceReading.supplierKey`.
  package var supplierKey: String
  package var terms: PaymentTerms
  package var asWritten: AsWritten
  package var warnings: [PaymentWarning]
  package var createTime: Instant
  /// The valid signature; nil when nobody has signed these very values.
  package var signature: PaymentSignature?
  /// Who has signed these very values so far, where several must (policies.md); oldest first.
  package var approvals: [PaymentSignature]
  /// How many the policy demanded at the last of them.
  package var requiredSignatures: Int
  /// Who made or changed it, as far as facts tell.
  package var makers: [ID<User>]
  /// Of a salary: its batch.
  package var salary: ID<SalaryBatch>?
  /// What is set off against it; nil: nothing.
  package var netting: Netting?
  /// Why it came back to the proposal, until somebody has changed, acknowledged or signed it.
  package var returnReason: String?
  /// Oldest first; at most one is neither rejected nor found not executed.
  package var instructions: [Instruction]
  package var rejection: Rejection?
  package var voucher: ID<Voucher>?
  /// Its invoice in the books, where that was posted.
  package var postedInvoice: PostedInvoice?
  /// When the bank booked it.
  package var bookingDate: CalendarDate?
  /// An older instruction was executed after all: nothing more is sent until it is cleared up.
  package var isHeld: Bool
  /// The sequence of the newest fact about it: the etag.
  package var revision: Int64

  package init(
    id: ID<Payment>, state: PaymentState, invoiceNumber: String, supplierKey: String,
    terms: PaymentTerms, asWritten: AsWritten, warnings: [PaymentWarning], createTime: Instant,
    signature: PaymentSignature? = nil, instructions: [Instruction] = [],
    rejection: Rejection? = nil, voucher: ID<Voucher>? = nil, bookingDate: CalendarDate? = nil,
    isHeld: Bool = false, revision: Int64 = 0, approvals: [PaymentSignature] = [],
    requiredSignatures: Int = 0, makers: [ID<User>] = [], returnReason: String? = nil,
    salary: ID<SalaryBatch>? = nil, netting: Netting? = nil, postedInvoice: PostedInvoice? = nil
  ) {
    self.id = id
    self.state = state
    self.invoiceNumber = invoiceNumber
    self.supplierKey = supplierKey
    self.terms = terms
    self.asWritten = asWritten
    self.warnings = warnings
    self.createTime = createTime
    self.signature = signature
    self.approvals = approvals
    self.requiredSignatures = requiredSignatures
    self.makers = makers
    self.salary = salary
    self.netting = netting
    self.returnReason = returnReason
    self.postedInvoice = postedInvoice
    self.instructions = instructions
    self.rejection = rejection
    self.voucher = voucher
    self.bookingDate = bookingDate
    self.isHeld = isHeld
    self.revision = revision
  }
}

extension Payment {
  /// Minor units that one payment stays below, so that the sums of a file, an approval or a
  /// voucher neither overflow nor outgrow the 18 digits of pain.001.
  package static let amountLimit: Int64 = 1_000_000_000_000_000
}

/// What an invoice writes that cannot be used as it is; nil where it could be.
package struct AsWritten: Hashable, Sendable {
  package var account: String?
  package var reference: String?
  package init(account: String? = nil, reference: String? = nil) {
    self.account = account
    self.reference = reference
  }
}

/// Things to know that stop nothing.
package enum PaymentWarning: String, Sendable, CaseIterable {
  case buyerIsAnother = "BUYER_IS_ANOTHER"
  case overdue = "OVERDUE"
  case accountUnusable = "ACCOUNT_UNUSABLE"
  case referenceUnusable = "REFERENCE_UNUSABLE"
}

/// Who signed which rendered values, and the evidence for it.
package struct PaymentSignature: Hashable, Sendable {
  package var user: ID<User>
  package var rendered: RenderedPayment
  package var agreement: ID<Agreement>
  package var evidenceDigest: [UInt8]
  package var signTime: Instant
  /// When the payment is to be transferred to the bank.
  package var transferTime: Instant
  package var method: SigningMethod

  package init(
    user: ID<User>, rendered: RenderedPayment, agreement: ID<Agreement>, evidenceDigest: [UInt8],
    signTime: Instant, transferTime: Instant, method: SigningMethod = .bankID
  ) {
    self.user = user
    self.rendered = rendered
    self.agreement = agreement
    self.evidenceDigest = evidenceDigest
    self.signTime = signTime
    self.transferTime = transferTime
    self.method = method
  }
}

/// One sending of a payment (invariant D).
package struct Instruction: Hashable, Sendable {
  /// From 1, without gaps.
  package var number: Int
  package var state: InstructionState
  package var transfer: ID<Transfer>
  /// What the bank's first entry about it says; nil while only a status or a person has.
  package var booking: Booking?

  package init(
    number: Int, state: InstructionState, transfer: ID<Transfer>, booking: Booking? = nil
  ) {
    self.number = number
    self.state = state
    self.transfer = transfer
    self.booking = booking
  }

  /// `<payment hex>-<n>`, at most 35 characters: derived, never counted, so a file that is made
  /// again after a restore carries the same id and the bank refuses it.
  package func endToEndID(of payment: ID<Payment>) -> String {
    Self.endToEndID(of: payment, number: number)
  }

  package static func endToEndID(of payment: ID<Payment>, number: Int) -> String {
    "\(payment.hex)-\(number)"
  }

  /// The payment and number that an EndToEndId of ours names; nil for anybody else's.
  package static func parse(endToEndID text: String) -> (payment: ID<Payment>, number: Int)? {
    let parts = text.split(separator: "-", omittingEmptySubsequences: false)
    guard parts.count == 2, let payment = ID<Payment>(hex: String(parts[0])),
      let number = Int(parts[1]), (1...limit).contains(number), String(number) == parts[1]
    else { return nil }
    return (payment, number)
  }

  /// Two digits fit the 35 characters; a payment that fails this often needs a person.
  package static let limit = 99
}

/// What left the account for one sending, as the bank has booked it.
package struct Booking: Hashable, Sendable {
  package var amount: Money
  /// The bank's reference for the entry; may be empty.
  package var bankReference: String
  /// What the bank took for it on top, in the same currency.
  package var fee: Money?

  package init(amount: Money, bankReference: String, fee: Money? = nil) {
    self.amount = amount
    self.bankReference = bankReference
    self.fee = fee
  }

  /// With the fee: what the account has less by it.
  package var total: Money { fee.flatMap { try? amount.adding($0) } ?? amount }
}

/// Why the bank refused, with the way out (E-01).
package struct Rejection: Hashable, Sendable {
  /// ISO 20022 external status reason code.
  package var code: String
  /// The bank's own words.
  package var text: String

  package init(code: String, text: String) {
    self.code = code
    self.text = text
  }
}

package struct InvoiceImported: Sendable, Equatable {
  package var invoice: ID<Invoice>
  package var payment: ID<Payment>
  package var supplierKey: String
  /// As it is compared: `InvoiceReading.numberKey`.
  package var number: String
  /// SHA-256 of the document; the document itself is kept as a blob.
  package var sourceDigest: [UInt8]
  package init(
    invoice: ID<Invoice>, payment: ID<Payment>, supplierKey: String, number: String,
    sourceDigest: [UInt8]
  ) {
    self.invoice = invoice
    self.payment = payment
    self.supplierKey = supplierKey
    self.number = number
    self.sourceDigest = sourceDigest
  }
}

/// A supplier's invoice, as the bureau keeps it.
package enum Invoice {}

package struct PaymentProposed: Sendable, Equatable {
  package var payment: ID<Payment>
  package var state: PaymentState
  package var invoiceNumber: String
  package var supplierKey: String
  package var terms: PaymentTerms
  package var asWritten: AsWritten
  package var warnings: [PaymentWarning]
  /// nil in facts of before policies.
  package var maker: ID<User>?
  /// Of a salary.
  package var salary: ID<SalaryBatch>?
  package init(
    payment: ID<Payment>, state: PaymentState, invoiceNumber: String, supplierKey: String,
    terms: PaymentTerms, asWritten: AsWritten, warnings: [PaymentWarning],
    maker: ID<User>? = nil, salary: ID<SalaryBatch>? = nil
  ) {
    self.payment = payment
    self.state = state
    self.invoiceNumber = invoiceNumber
    self.supplierKey = supplierKey
    self.terms = terms
    self.asWritten = asWritten
    self.warnings = warnings
    self.maker = maker
    self.salary = salary
  }
}

/// New values; an earlier acknowledgement or signature is void by it.
package struct PaymentChanged: Sendable, Equatable {
  package var payment: ID<Payment>
  package var state: PaymentState
  package var terms: PaymentTerms
  /// nil in facts of before policies.
  package var maker: ID<User>?
  package init(
    payment: ID<Payment>, state: PaymentState, terms: PaymentTerms, maker: ID<User>? = nil
  ) {
    self.payment = payment
    self.state = state
    self.terms = terms
    self.maker = maker
  }
}

package struct PaymentAcknowledged: Sendable, Equatable {
  package var payment: ID<Payment>
  package init(payment: ID<Payment>) { self.payment = payment }
}

package struct PaymentSigned: Sendable, Equatable {
  package var payment: ID<Payment>
  package var signature: PaymentSignature
  package init(payment: ID<Payment>, signature: PaymentSignature) {
    self.payment = payment
    self.signature = signature
  }
}

package struct PaymentDeleted: Sendable, Equatable {
  package var payment: ID<Payment>
  package init(payment: ID<Payment>) { self.payment = payment }
}

package struct PaymentRestored: Sendable, Equatable {
  package var payment: ID<Payment>
  package var state: PaymentState
  package init(payment: ID<Payment>, state: PaymentState) {
    self.payment = payment
    self.state = state
  }
}
