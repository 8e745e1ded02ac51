import BureauAPI
import Domain
import Primitives
import Storage
import SwiftProtobuf

extension Bureau_V1_Money {
  init(_ money: Money) {
    self.init()
    minorUnits = money.minorUnits
    currencyCode = money.currency.code
  }
}

extension Bureau_V1_PaymentReference {
  init(_ reference: PaymentReference) {
    self.init()
    text = reference.text
    type =
      switch reference.type {
      case .kid: .kid
      case .ocr: .ocr
      case .creditor: .rf
      case .finnish: .fi
      case .message: .message
      }
  }
}

extension PaymentReferenceType {
  init?(_ message: Bureau_V1_PaymentReference.TypeEnum) {
    switch message {
    case .kid: self = .kid
    case .ocr: self = .ocr
    case .rf: self = .creditor
    case .fi: self = .finnish
    case .message: self = .message
    case .unspecified, .UNRECOGNIZED: return nil
    }
  }
}

extension PaymentState {
  var message: Bureau_V1_Payment.State {
    switch self {
    case .proposalIncomplete: .proposalIncomplete
    case .proposalComplete: .proposalComplete
    case .proposalOpenItems: .proposalOpenItems
    case .acknowledged: .acknowledged
    case .signed: .signed
    case .awaitingBankSignature: .awaitingBankSignature
    case .processing: .processing
    case .inDoubt: .inDoubt
    case .error: .error
    case .paid: .paid
    case .posted: .posted
    case .deleted: .deleted
    }
  }

  init?(_ message: Bureau_V1_Payment.State) {
    guard let state = Self.allCases.first(where: { $0.message == message }) else { return nil }
    self = state
  }
}

/// A payment with what its answer needs beside it.
struct PaymentView: Sendable {
  var payment: Payment
  var agreement: Agreement?
  var place: Place
  var time: Instant
  /// The execution date of the file that carries it, once it has been sent.
  var sentFor: CalendarDate?
  /// The bank may have been asked for it, before an older copy of the database was put back.
  var wasSentBefore = false
  /// nil where nobody will sign it any more, and where the register does not know the payee.
  var payee: PayeeView?
  /// Earlier payments that may be for the same debt.
  var duplicates: [Duplicate] = []
  var openItems: [ID<OpenItem>] = []
}

extension Bureau_V1_Payment {
  init(_ view: PaymentView) {
    self.init()
    let payment = view.payment, terms = payment.terms
    name = ResourceName.child("payments", payment.id, of: view.place)
    state = payment.state.message
    invoiceNumber = payment.invoiceNumber
    creditor = .with {
      $0.displayName = terms.creditorName ?? ""
      $0.organisationNumber =
        payment.supplierKey.hasPrefix("org:") ? String(payment.supplierKey.dropFirst(4)) : ""
      $0.countryCode = terms.creditorCountry?.code ?? ""
    }
    if let account = terms.creditorAccount {
      creditorAccount = Bureau_V1_AccountNumber(account)
    }
    creditorBic = terms.creditorBIC?.text ?? ""
    amount = Bureau_V1_Money(terms.amount)
    if let reference = terms.reference { self.reference = Bureau_V1_PaymentReference(reference) }
    dueDate = terms.dueDate?.iso ?? ""
    missingFields = terms.missingFields
    warnings = payment.warnings.map(\.rawValue)
    if view.wasSentBefore { warnings.append("SENT_BEFORE") }
    if let payee = view.payee {
      payeeAccount = Bureau_V1_PayeeAccount(
        payee, supplierKey: payment.supplierKey, at: view.place)
    } else if let mark = payment.signature?.rendered.payeeMark {
      payeeAccount.mark = .init(mark)
    }
    duplicates = view.duplicates.map { Bureau_V1_Duplicate($0, at: view.place) }
    if let netting = payment.netting {
      linkedItems = netting.items.map { ResourceName.child("openItems", $0.id, of: view.place) }
      grossAmount = Bureau_V1_Money(netting.gross)
    }
    openItems = view.openItems.map { ResourceName.child("openItems", $0, of: view.place) }
    overdue = payment.warnings.contains(.overdue)
    instructions = payment.instructions.map { instruction in
      .with {
        $0.number = Int32(instruction.number)
        $0.endToEndID = instruction.endToEndID(of: payment.id)
        $0.state = instruction.state.message
        $0.transfer = ResourceName.child("transfers", instruction.transfer, of: view.place)
      }
    }
    if let rejection = payment.rejection {
      self.rejection = .with {
        $0.reasonCode = rejection.code
        $0.text = rejection.text
        $0.field = rejection.field ?? ""
        $0.remedy = rejection.remedy
      }
    }
    voucher = payment.voucher.map { ResourceName.child("vouchers", $0, of: view.place) } ?? ""
    etag = String(payment.revision)
    createTime = payment.createTime.timestamp
    accountAsWritten = payment.asWritten.account ?? ""
    referenceAsWritten = payment.asWritten.reference ?? ""
    salaryBatch =
      payment.salary.map { ResourceName.child("salaryBatches", $0, of: view.place) } ?? ""
    returnReason = payment.returnReason ?? ""
    invoiceVoucher =
      payment.postedInvoice.map { ResourceName.child("vouchers", $0.voucher, of: view.place) } ?? ""
    fillSigning(view)
  }

  /// What depends on the agreement that pays and on the signature.
  private mutating func fillSigning(_ view: PaymentView) {
    let payment = view.payment
    signers = payment.approvals.map {
      ResourceName.child("users", $0.user, of: view.place.bureau)
    }
    signerMethods = payment.approvals.map { .init($0.method) }
    requiredSignatures = Int32(payment.requiredSignatures)
    if let signature = payment.signature {
      signer = ResourceName.child("users", signature.user, of: view.place.bureau)
      transferTime = signature.transferTime.timestamp
    }
    guard let agreement = view.agreement, let profile = BankProfile.named(agreement.bank) else {
      return
    }
    self.agreement = ResourceName.child("agreements", agreement.id, of: view.place)
    debtorAccount = Bureau_V1_AccountNumber(agreement.account)
    if let date = view.sentFor {
      executionDate = date.iso
    } else if let dueDate = payment.terms.dueDate {
      let plan = ExecutionPlan(dueDate: dueDate, timing: .onDueDate, profile: profile)
      executionDate = plan.executionDate(transferredAt: view.time).iso
    }
  }
}

extension InstructionState {
  var message: Bureau_V1_Instruction.State {
    switch self {
    case .prepared: .prepared
    case .accepted: .accepted
    case .rejected: .rejected
    case .executed: .executed
    case .lost: .lost
    }
  }
}

extension PaymentCorrection {
  /// The fields that the mask names, as they stand in `message`.
  init(_ message: Bureau_V1_Payment, mask: [String]) throws(PaymentError) {
    self.init()
    for path in mask {
      switch path {
      case "creditor", "creditor.display_name": creditorName = message.creditor.displayName
      case "creditor_account":
        guard let form = AccountForm(message.creditorAccount.form) else {
          throw .accountInvalid("its form is missing.")
        }
        creditorAccount = (form, message.creditorAccount.text)
      case "creditor_bic": creditorBIC = message.creditorBic
      case "amount": amount = (message.amount.minorUnits, message.amount.currencyCode)
      case "reference":
        guard let type = PaymentReferenceType(message.reference.type) else {
          throw .referenceInvalid("its type is missing.")
        }
        reference = (type, message.reference.text)
      case "due_date": dueDate = message.dueDate
      default: throw .fieldUnknown(String(path.prefix(60)))
      }
    }
  }
}
