package import ArgumentParser
internal import BureauAPI

package struct VoucherCommand: ParsableCommand {
  package static let configuration = CommandConfiguration(
    commandName: "voucher", abstract: "Vouchers in double entry.",
    subcommands: [
      VoucherList.self, VoucherGet.self, VoucherPost.self, VoucherPostBundle.self,
      VoucherPostInvoice.self, VoucherAutomatic.self, VoucherExport.self,
    ])
  package init() {}
}

struct VoucherList: ServerCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "Show the company's vouchers.")

  @OptionGroup var list: ListOptions
  @OptionGroup var past: AsOfOption
  @OptionGroup var globals: GlobalOptions

  func run(with client: Client) async throws {
    let company = try await client.company()
    let vouchers = try await client.list(
      Postings.ListVouchers.self, of: company, limit: list.limit, \.vouchers
    ) { past.fill(&$0) }
    try client.show(vouchers, as: "vouchers", .vouchers(vouchers))
  }
}

struct VoucherGet: ServerCommand {
  static let configuration = CommandConfiguration(
    commandName: "get", abstract: "Show one voucher with its lines.")

  @Argument(help: "The voucher: id or resource name.") var voucher: String
  @OptionGroup var past: AsOfOption
  @OptionGroup var globals: GlobalOptions

  func run(with client: Client) async throws {
    let name = try await client.child(voucher, of: "vouchers")
    let voucher = try await client.read(Postings.GetVoucher.self) {
      $0.name = name
      past.fill(&$0)
    }
    try client.show(voucher, .voucher(voucher))
    if client.output == .table {
      client.surroundings.write("\n" + Table.voucherLines(voucher).text)
    }
  }
}

/// What a person says of what was booked with another amount than is owed.
struct DifferenceOption: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Where a difference beyond rounding goes; the supplier ledger's own number leaves it open.",
      valueName: "account"))
  var differenceAccount: String = ""
}

/// What both `voucher post` and `payment post` do.
private func post(
  _ payments: [String], _ difference: DifferenceOption, _ options: WriteOptions, _ client: Client
) async throws {
  if options.dryRun { client.surroundings.note("dry run: nothing is changed") }
  var bulk = Bulk<Bureau_V1_Voucher>(itemKey: "name", answerKey: "voucher")
  try await bulk.run(payments) { payment in
    let name = try await client.child(payment, of: "payments")
    let id = client.itemRequestID(options, item: name, of: payments.count)
    return try await client.write(Postings.PostPayment.self, id: id, dryRun: options.dryRun) {
      $0.name = name
      $0.differenceAccount = difference.differenceAccount
    }
  }
  try bulk.finish(client, columns: [.right("NUMBER"), .left("DATE"), .left("VOUCHER")]) {
    [String($0.number), $0.date, Show.id($0.name)]
  }
}

struct VoucherPost: ServerCommand {
  static let configuration = CommandConfiguration(
    commandName: "post", abstract: "Post paid payments, one voucher each.")

  @Argument(help: "The payments: ids or resource names.") var payments: [String]
  @OptionGroup var difference: DifferenceOption
  @OptionGroup var options: WriteOptions
  @OptionGroup var globals: GlobalOptions

  func run(with client: Client) async throws {
    try await post(payments, difference, options, client)
  }
}

struct PaymentPost: ServerCommand {
  static let configuration = CommandConfiguration(
    commandName: "post", abstract: "Post paid payments: the same as `bureau voucher post`.")

  @Argument(help: "The payments: ids or resource names.") var payments: [String]
  @OptionGroup var difference: DifferenceOption
  @OptionGroup var options: WriteOptions
  @OptionGroup var globals: GlobalOptions

  func run(with client: Client) async throws {
    try await post(payments, difference, options, client)
  }
}

extension Table {
  static func vouchers(_ vouchers: [Bureau_V1_Voucher]) -> Table {
    var table = Table([.left("ID"), .right("NUMBER"), .left("DATE"), .left("PAYMENTS")])
    for item in vouchers {
      table.add([
        Show.id(item.name), String(item.number), item.date,
        item.payments.map(Show.id).joined(separator: ", "),
      ])
    }
    return table
  }

  /// Debit and credit in columns of their own, as bookkeepers read them.
  static func voucherLines(_ voucher: Bureau_V1_Voucher) -> Table {
    var table = Table([.left("ACCOUNT"), .right("DEBIT"), .right("CREDIT"), .left("TEXT")])
    for line in voucher.lines {
      var amount = line.amount
      let isDebit = amount.minorUnits >= 0
      amount.minorUnits = isDebit ? amount.minorUnits : 0 &- amount.minorUnits
      let text = Show.money(amount)
      table.add([line.ledgerAccount, isDebit ? text : "", isDebit ? "" : text, line.text])
    }
    return table
  }
}

extension Details {
  static func voucher(_ voucher: Bureau_V1_Voucher) -> Details {
    var details = Details()
    details.add("name", voucher.name)
    details.add("number", String(voucher.number))
    details.add("date", voucher.date)
    if voucher.invoice { details.add("of", "an invoice") }
    details.add("payments", voucher.payments)
    return details
  }
}
