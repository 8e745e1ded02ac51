internal import ArgumentParser
internal import BureauAPI
internal import SwiftProtobuf

struct VoucherPostInvoice: ServerCommand {
  static let configuration = CommandConfiguration(
    commandName: "post-invoice",
    abstract: "Post the invoice of a payment: costs and input tax against the debt.",
    discussion: """
      The payment's own voucher settles the debt later. Lines of the invoice that name an account go \
      there, the others to --cost-account.
      """)

  @Argument(help: "The payment: id or resource name.") var payment: String
  @Option(help: ArgumentHelp("Four digits. Default: the chart's.", valueName: "account"))
  var costAccount: String = ""
  @Option(
    help: ArgumentHelp(
      "What is owed in the company's currency, of an invoice in another: \"11500.00 NOK\".",
      valueName: "amount"))
  var value: AmountText?
  @OptionGroup var options: WriteOptions
  @OptionGroup var globals: GlobalOptions

  func run(with client: Client) async throws {
    let name = try await client.child(payment, of: "payments")
    let voucher = try await client.write(Postings.PostInvoice.self, options) {
      $0.name = name
      $0.costAccount = costAccount
      if let value { $0.value = value.money }
    }
    try client.show(voucher, .voucher(voucher))
    if client.output == .table {
      client.surroundings.write("\n" + Table.voucherLines(voucher).text)
    }
  }
}

/// What is posted by itself.
enum PostingMode: String, CaseIterable, ExpressibleByArgument {
  case off, payments, bundles

  var message: Bureau_V1_AutomaticPosting.Mode {
    switch self {
    case .off: .off
    case .payments: .payments
    case .bundles: .bundles
    }
  }
}

struct VoucherAutomatic: ServerCommand {
  static let configuration = CommandConfiguration(
    commandName: "automatic",
    abstract: "Show or set whether what an agreement's account has paid is posted by itself.",
    discussion: """
      Under the company's employee for automatic updates: `bureau company automation`. With --mode it \
      is set, else shown.
      """)

  @Argument(help: "The agreement: id or resource name.") var agreement: String
  @Option(help: "A voucher for each payment, or one for each bundle and day.")
  var mode: PostingMode?
  @OptionGroup var past: AsOfOption
  @OptionGroup var options: WriteOptions
  @OptionGroup var globals: GlobalOptions

  func run(with client: Client) async throws {
    let name = try await client.child(agreement, of: "agreements")
    let setting: Bureau_V1_AutomaticPosting
    if let mode {
      setting = try await client.write(Postings.SetAutomaticPosting.self, options) {
        $0.name = name
        $0.mode = mode.message
      }
    } else {
      setting = try await client.read(Postings.GetAutomaticPosting.self) {
        $0.name = name
        past.fill(&$0)
      }
    }
    var details = Details()
    details.add("agreement", Show.id(setting.name))
    details.add("posted by itself", Show.state(setting.mode))
    details.add("in the name of", setting.employee.isEmpty ? "nobody" : setting.employee)
    try client.show(setting, details)
  }
}

extension Bureau_V1_GetAutomaticPostingRequest: AsOfRequest {}
