package import Primitives

/// Why something about a payment is refused, in the order it is checked.
package enum PaymentError: Refusal, Equatable {
  case notFound
  case notAllowed(PaymentEvent, in: PaymentState)
  case changedMeanwhile
  case fieldUnknown(String)
  case nothingToChange
  case creditorNameInvalid
  case accountInvalid(String)
  case bicInvalid(String)
  case currencyUnknown(String)
  case amountNotPositive
  case amountTooLarge
  case referenceInvalid(String)
  case dueDateInvalid(String)
  case setOff
  case salaryUnfit
  case salaryByBundle
  case notBooked(Currency, ChartOfAccounts)
  case differs(paid: Money, owed: Money, ChartOfAccounts)
  case incomplete([String])
  case noAgreement
  case notSendable(String)
  case held
  case sentBefore(endToEndID: String)
  case tooManyInstructions
  case noPayments
  case tooManyPayments(limit: Int)
  case textTooLong
  case signedValuesChanged
  case findingMissing

  package var kind: RefusalKind {
    switch self {
    case .notFound: .notFound
    case .changedMeanwhile, .signedValuesChanged: .conflict
    case .notAllowed, .setOff, .salaryByBundle, .notBooked, .differs, .incomplete, .noAgreement,
      .notSendable, .held, .sentBefore, .tooManyInstructions:
      .failedPrecondition
    default: .invalidArgument
    }
  }

  package var reason: String {
    switch self {
    case .notFound: "PAYMENT_NOT_FOUND"
    case .notAllowed: "PAYMENT_STATE"
    case .changedMeanwhile: "PAYMENT_ETAG"
    case .fieldUnknown: "PAYMENT_FIELD_UNKNOWN"
    case .nothingToChange: "PAYMENT_NOTHING_TO_CHANGE"
    case .creditorNameInvalid: "PAYMENT_CREDITOR_INVALID"
    case .accountInvalid: "PAYMENT_ACCOUNT_INVALID"
    case .bicInvalid: "PAYMENT_BIC_INVALID"
    case .currencyUnknown: "PAYMENT_CURRENCY_UNKNOWN"
    case .amountNotPositive: "PAYMENT_AMOUNT_NOT_POSITIVE"
    case .amountTooLarge: "PAYMENT_AMOUNT_TOO_LARGE"
    case .referenceInvalid: "PAYMENT_REFERENCE_INVALID"
    case .dueDateInvalid: "PAYMENT_DUE_DATE_INVALID"
    case .setOff: "PAYMENT_SET_OFF"
    case .salaryUnfit: "SALARY_TERMS_UNFIT"
    case .salaryByBundle: "SALARY_POSTED_BY_BUNDLE"
    case .notBooked: "PAYMENT_NOT_BOOKED"
    case .differs: "PAYMENT_AMOUNT_DIFFERS"
    case .incomplete: "PAYMENT_INCOMPLETE"
    case .noAgreement: "PAYMENT_NO_AGREEMENT"
    case .notSendable: "PAYMENT_NOT_SENDABLE"
    case .held: "PAYMENT_HELD"
    case .sentBefore: "PAYMENT_SENT_BEFORE"
    case .tooManyInstructions: "PAYMENT_INSTRUCTION_LIMIT"
    case .noPayments: "PAYMENTS_MISSING"
    case .tooManyPayments: "PAYMENTS_TOO_MANY"
    case .textTooLong: "PAYMENTS_TEXT_TOO_LONG"
    case .signedValuesChanged: "PAYMENT_CHANGED_WHILE_SIGNING"
    case .findingMissing: "PAYMENT_FINDING_MISSING"
    }
  }

  package var field: String? {
    switch self {
    case .fieldUnknown, .nothingToChange: "update_mask"
    case .creditorNameInvalid: "creditor.display_name"
    case .accountInvalid: "creditor_account"
    case .bicInvalid: "creditor_bic"
    case .currencyUnknown, .amountNotPositive, .amountTooLarge: "amount"
    case .referenceInvalid, .salaryUnfit: "reference"
    case .dueDateInvalid: "due_date"
    case .notBooked, .differs: "difference_account"
    case .incomplete(let fields): fields.first
    case .noPayments, .tooManyPayments, .textTooLong: "payments"
    case .changedMeanwhile: "etag"
    case .findingMissing: "finding"
    default: nil
    }
  }

  package var message: String {
    switch self {
    case .notFound: "There is no such payment."
    case .notAllowed(let event, let state):
      "The payment is \(state.words): it cannot \(event.words) from there."
    case .changedMeanwhile: "The payment was changed meanwhile; read it again and repeat."
    case .fieldUnknown(let field): "The field \(field) cannot be changed on a payment."
    case .nothingToChange: "The update names no field; give an update mask."
    case .creditorNameInvalid:
      "The creditor's name must have 1 to 140 characters, all of them visible."
    case .accountInvalid(let why): "The creditor's account is not valid: \(why)"
    case .bicInvalid(let why): "The creditor's BIC is not valid: \(why)"
    case .currencyUnknown(let code): "\(code) is no currency of ISO 4217."
    case .amountNotPositive: "The amount must be more than zero."
    case .amountTooLarge: "The amount is larger than a bank file carries; divide it."
    case .referenceInvalid(let why): "The payment reference is not valid: \(why)"
    case .dueDateInvalid(let text): "\(text) is no date; write YYYY-MM-DD."
    case .setOff:
      "Something is set off against this payment: its amount and its text follow from that. Take it back"
        + " first, or delete and restore the payment."
    case .salaryUnfit:
      "A salary is paid in the domestic currency to an account in the country, with a text and no"
        + " structured reference."
    case .salaryByBundle:
      "Salaries are posted by their bundle, in one sum, so that no line of the books names a person"
        + " (B-04)."
    case .notBooked(let currency, let chart):
      "It was asked for in \(currency.code), and the bank has not told yet what left the account:"
        + " wait for its entry, or give \(chart.supplierLedger.number) as difference_account to post"
        + " what was asked for."
    case .differs(let paid, let owed, let chart):
      "The bank has booked \(paid) where \(owed) is owed: give the account of the difference as"
        + " difference_account; with \(chart.supplierLedger.number) it stays open on the supplier"
        + " ledger."
    case .incomplete(let fields):
      "The payment is incomplete: fill in \(fields.joined(separator: ", ")) (P-07)."
    case .noAgreement:
      "The company has no active agreement whose bank can make this payment; have one signed."
    case .notSendable(let why): "The bank would not take the payment as it is: \(why)"
    case .held: "An earlier sending of this payment was executed by the bank: it must not go again."
    case .sentBefore(let id):
      "A payment like this was sent to the bank (\(id)) before an older copy of the database was put"
        + " back. Delete this one, or have the other dismissed if the online bank shows that it is not"
        + " the same."
    case .tooManyInstructions:
      "The payment has been sent \(Instruction.limit) times; make a new one."
    case .noPayments: "Name at least one payment to sign."
    case .tooManyPayments(let limit): "At most \(limit) payments are signed at a time."
    case .textTooLong:
      "The text to sign is longer than BankID shows; sign fewer payments at a time."
    case .signedValuesChanged:
      "A payment was changed while it was being signed; the signature is void. Sign again."
    case .findingMissing: "Say what the online bank shows: EXECUTED or NOT_EXECUTED."
    }
  }
}

extension PaymentState {
  var words: String {
    switch self {
    case .proposalIncomplete: "an incomplete proposal"
    case .proposalComplete: "a complete proposal"
    case .proposalOpenItems: "a proposal with open items"
    case .awaitingBankSignature: "waiting for a signature in the online bank"
    case .inDoubt: "in doubt"
    case .error: "in error"
    default: rawValue
    }
  }
}

extension PaymentEvent {
  var words: String {
    switch self {
    case .proposeIncomplete, .proposeComplete, .proposeOpenItems: "return to the proposal"
    case .findExecuted, .findNotExecuted: "take a check of the online bank"
    case .lose: "be lost"
    case .correct: "be corrected"
    case .pay: "be paid"
    case .reject: "be rejected"
    case .transfer, .transferForBankSignature: "be transferred"
    case .signAtBank: "be signed in the online bank"
    case .sign: "be signed"
    case .post: "be posted"
    case .delete: "be deleted"
    case .acknowledge: "be acknowledged"
    case .sendBack: "go back to the proposal"
    }
  }
}
