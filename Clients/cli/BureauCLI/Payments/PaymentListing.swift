internal import ArgumentParser
internal import BureauAPI
internal import SwiftProtobuf

/// What payments are narrowed by; all that is given must hold.
struct PaymentFilterOptions: ParsableArguments {
  @Option(help: "Only those in this state; may be given several times.")
  var state: [PaymentStateName] = []
  @Option(help: ArgumentHelp("Only those to this account, its whole number.", valueName: "account"))
  var toAccount: String?
  @Option(help: "Only those with this in payee, invoice number or reference.") var text: String?
  @Option(help: ArgumentHelp("Only those in this currency.", valueName: "code"))
  var currency: String?
  @Option(help: ArgumentHelp("At least this amount: \"100.00 NOK\".", valueName: "amount"))
  var minAmount: AmountText?
  @Option(help: ArgumentHelp("At most this amount: \"5000.00 NOK\".", valueName: "amount"))
  var maxAmount: AmountText?
  @Option(help: ArgumentHelp("Due on this day or later: YYYY-MM-DD.", valueName: "date"))
  var dueFrom: String?
  @Option(help: ArgumentHelp("Due on this day or earlier: YYYY-MM-DD.", valueName: "date"))
  var dueTo: String?
  @Option(
    help: ArgumentHelp(
      "Only those to the supplier with this organisation number.", valueName: "number"))
  var supplier: String?
  @Option(
    help: ArgumentHelp("Only those in this bank file: id or resource name.", valueName: "transfer"))
  var transfer: String?
  @Option(
    help: ArgumentHelp("Only salaries of this batch: id or resource name.", valueName: "batch"))
  var salaryBatch: String?

  func validate() throws {
    let currencies = Set([minAmount, maxAmount].compactMap { $0?.money.currencyCode })
      .union(currency.map { [$0.uppercased()] } ?? [])
    guard currencies.count < 2 else {
      throw ValidationError("--currency, --min-amount and --max-amount name several currencies.")
    }
  }

  /// As the API takes it; an amount's currency narrows too.
  func filter(_ client: Client) async throws -> Bureau_V1_PaymentFilter {
    var filter = Bureau_V1_PaymentFilter()
    filter.states = state.map(\.state)
    filter.creditorAccount = toAccount ?? ""
    filter.text = text ?? ""
    filter.currencyCode =
      currency?.uppercased() ?? minAmount?.money.currencyCode ?? maxAmount?.money.currencyCode
      ?? ""
    filter.minAmountMinorUnits = minAmount?.money.minorUnits ?? 0
    filter.maxAmountMinorUnits = maxAmount?.money.minorUnits ?? 0
    filter.earliestDueDate = dueFrom ?? ""
    filter.latestDueDate = dueTo ?? ""
    filter.supplier = supplier ?? ""
    if let transfer { filter.transfer = try await client.child(transfer, of: "transfers") }
    if let salaryBatch {
      filter.salaryBatch = try await client.child(salaryBatch, of: "salaryBatches")
    }
    return filter
  }
}

struct PaymentList: ServerCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "Show and search payments of a company, of several, or of all.",
    discussion: """
      What is given narrows the result together. --company may be given several times. --as-of is \
      for one company.
      """)

  @OptionGroup var filter: PaymentFilterOptions
  @Flag(help: "In all companies in which you have a role.") var allCompanies = false
  @OptionGroup var list: ListOptions
  @OptionGroup var past: AsOfOption
  @OptionGroup var globals: GlobalOptions

  func validate() throws {
    guard !allCompanies || globals.companies.isEmpty else {
      throw ValidationError("Give --company or --all-companies, not both.")
    }
  }

  func run(with client: Client) async throws {
    if allCompanies { return try await search(client) }
    let filter = try await filter.filter(client)
    var payments: [Bureau_V1_Payment] = []
    for company in try await client.companies() where payments.count < list.limit {
      payments += try await client.list(
        Payments.ListPayments.self, of: company, limit: list.limit - payments.count, \.payments
      ) {
        $0.filter = filter
        past.fill(&$0)
      }
    }
    try client.show(payments, as: "payments", .payments(payments))
  }

  private func search(_ client: Client) async throws {
    let filter = try await filter.filter(client)
    let found = try await client.list(
      Payments.SearchPayments.self, of: try client.bureau(), limit: list.limit, \.payments
    ) { $0.filter = filter }
    try client.show(found, as: "payments", .found(found))
  }
}

struct PaymentCounts: ServerCommand {
  static let configuration = CommandConfiguration(
    commandName: "counts", abstract: "Count a company's payments by their state.")

  @OptionGroup var filter: PaymentFilterOptions
  @OptionGroup var past: AsOfOption
  @OptionGroup var globals: GlobalOptions

  func run(with client: Client) async throws {
    let company = try await client.company()
    let filter = try await filter.filter(client)
    let counts = try await client.read(Payments.CountPayments.self) {
      $0.parent = company
      $0.filter = filter
      past.fill(&$0)
    }
    try client.show(counts, .counts(counts))
  }
}

struct PaymentGet: ServerCommand {
  static let configuration = CommandConfiguration(
    commandName: "get", abstract: "Show one payment, or all that happened to it.",
    aliases: ["show"])

  @Argument(help: "The payment: id or resource name.") var payment: String
  @Flag(help: "Who did what to it when, in sentences.") var history = false
  @OptionGroup var past: AsOfOption
  @OptionGroup var globals: GlobalOptions

  func run(with client: Client) async throws {
    let name = try await client.child(payment, of: "payments")
    if history {
      let events = try await client.list(
        Payments.ListPaymentEvents.self, of: name, limit: 100_000, \.events
      ) { past.fill(&$0) }
      return try client.show(events, as: "events", .events(events))
    }
    let payment = try await client.read(Payments.GetPayment.self) {
      $0.name = name
      past.fill(&$0)
    }
    try client.show(payment, .payment(payment))
  }
}

extension Table {
  fileprivate static func found(_ found: [Bureau_V1_FoundPayment]) -> Table {
    var table = Table([
      .left("COMPANY"), .left("ID"), .left("STATE"), .left("CREDITOR"), .right("AMOUNT"),
      .left("DUE"), .left("REFERENCE"), .left("NOTES"),
    ])
    for item in found {
      let payment = item.payment
      table.add([
        item.companyDisplayName, Show.id(payment.name), Show.state(payment.state),
        payment.creditor.displayName, Show.money(payment.amount), payment.dueDate,
        Show.reference(payment.reference), Show.notes(payment),
      ])
    }
    return table
  }

  fileprivate static func events(_ events: [Bureau_V1_PaymentEvent]) -> Table {
    var table = Table([.left("TIME"), .left("WHO"), .left("WHAT")])
    for event in events {
      let who = event.actor.isEmpty ? "(server)" : event.actorDisplayName
      table.add([Show.time(event.createTime), who, event.text])
    }
    return table
  }
}

extension Details {
  fileprivate static func counts(_ counts: Bureau_V1_CountPaymentsResponse) -> Details {
    var details = Details()
    for item in counts.counts { details.add(Show.state(item.state), "\(item.count)") }
    details.add("total", "\(counts.total)")
    return details
  }
}
