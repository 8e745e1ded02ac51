package import ArgumentParser
internal import BureauAPI
internal import SwiftProtobuf

package struct PaymentCommand: ParsableCommand {
  package static let configuration = CommandConfiguration(
    commandName: "payment", abstract: "Payments, from proposal to posted.",
    subcommands: [
      PaymentList.self, PaymentCounts.self, PaymentGet.self, PaymentUpdate.self,
      PaymentAcknowledge.self,
      PaymentSign.self, PaymentNotDuplicate.self, PaymentDelete.self, PaymentRestore.self,
      PaymentCheck.self, PaymentPost.self, PaymentSubmit.self, PaymentProve.self,
      PaymentReturn.self, PaymentPreview.self,
    ])
  package init() {}
}

struct PaymentUpdate: ServerCommand {
  static let configuration = CommandConfiguration(
    commandName: "update", abstract: "Fill in or correct a payment; a signature is void by it.")

  @Argument(help: "The payment: id or resource name.") var payment: String
  @Option(help: "Name of the payee.") var creditor: String?
  @Option(help: AccountText.help) var account: AccountText?
  @Option(help: "BIC of the payee's bank.") var bic: String?
  @Option(help: ArgumentHelp("The amount: \"1250.00 NOK\".", valueName: "amount"))
  var amount: AmountText?
  @Option(
    help: ArgumentHelp(
      "The reference: TYPE:TEXT with kid, ocr, rf, fi, message.", valueName: "reference"))
  var reference: ReferenceText?
  @Option(help: ArgumentHelp("The due date: YYYY-MM-DD.", valueName: "date"))
  var dueDate: String?
  @Option(help: "Refuse if the payment has changed since this etag was read.")
  var etag: String?
  @OptionGroup var options: WriteOptions
  @OptionGroup var globals: GlobalOptions

  func validate() throws {
    guard !change.paths.isEmpty else {
      throw ValidationError(
        "Nothing to change: give --creditor, --account, --bic, --amount, "
          + "--reference or --due-date.")
    }
  }

  /// The new values, and which of them are given.
  private var change: (payment: Bureau_V1_Payment, paths: [String]) {
    var payment = Bureau_V1_Payment()
    var paths: [String] = []
    if let creditor {
      payment.creditor.displayName = creditor
      paths.append("creditor.display_name")
    }
    if let account {
      payment.creditorAccount = account.number
      paths.append("creditor_account")
    }
    if let bic {
      payment.creditorBic = bic
      paths.append("creditor_bic")
    }
    if let amount {
      payment.amount = amount.money
      paths.append("amount")
    }
    if let reference {
      payment.reference = reference.reference
      paths.append("reference")
    }
    if let dueDate {
      payment.dueDate = dueDate
      paths.append("due_date")
    }
    return (payment, paths)
  }

  func run(with client: Client) async throws {
    let name = try await client.child(payment, of: "payments")
    var (changed, paths) = change
    changed.name = name
    changed.etag = etag ?? ""
    let updated = try await client.write(Payments.UpdatePayment.self, options) {
      $0.payment = changed
      $0.updateMask.paths = paths
    }
    try client.show(updated, .payment(updated))
  }
}

enum FindingName: String, CaseIterable, ExpressibleByArgument {
  case executed
  case notExecuted = "not-executed"
}

struct PaymentCheck: ServerCommand {
  static let configuration = CommandConfiguration(
    commandName: "check", abstract: "Record what the online bank shows for a payment in doubt.")

  @Argument(help: "The payment: id or resource name.") var payment: String
  @Option(help: "What the online bank shows.") var finding: FindingName
  @OptionGroup var options: WriteOptions
  @OptionGroup var globals: GlobalOptions

  func run(with client: Client) async throws {
    let name = try await client.child(payment, of: "payments")
    let payment = try await client.write(Payments.RecordBankCheck.self, options) {
      $0.name = name
      $0.finding = finding == .executed ? .executed : .notExecuted
    }
    try client.show(payment, .payment(payment))
  }
}
