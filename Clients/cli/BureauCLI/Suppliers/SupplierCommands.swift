package import ArgumentParser
package import BureauAPI
internal import SwiftProtobuf

package typealias Suppliers = Bureau_V1_SupplierService.Method
extension Bureau_V1_SupplierService.Method.GetSupplier: RPC {}
extension Bureau_V1_SupplierService.Method.ListSuppliers: RPC {}
extension Bureau_V1_SupplierService.Method.ListSupplierEvents: RPC {}
extension Bureau_V1_SupplierService.Method.ConfirmSupplierAccounts: RPC {}
extension Bureau_V1_SupplierService.Method.RejectSupplierAccount: RPC {}
extension Bureau_V1_SupplierService.Method.BlockSupplier: RPC {}
extension Bureau_V1_SupplierService.Method.UnblockSupplier: RPC {}
extension Bureau_V1_ConfirmSupplierAccountsRequest: WriteRequest {}
extension Bureau_V1_RejectSupplierAccountRequest: WriteRequest {}
extension Bureau_V1_BlockSupplierRequest: WriteRequest {}
extension Bureau_V1_UnblockSupplierRequest: WriteRequest {}
extension Bureau_V1_GetSupplierRequest: AsOfRequest {}
extension Bureau_V1_ListSuppliersRequest: AsOfRequest {}
extension Bureau_V1_ListSupplierEventsRequest: AsOfRequest {}
extension Bureau_V1_ListSuppliersRequest: ListRequest {}
extension Bureau_V1_ListSuppliersResponse: ListResponse {}
extension Bureau_V1_ListSupplierEventsRequest: ListRequest {}
extension Bureau_V1_ListSupplierEventsResponse: ListResponse {}

package struct SupplierCommand: ParsableCommand {
  package static let configuration = CommandConfiguration(
    commandName: "supplier", abstract: "Whom a company pays, and on which accounts.",
    discussion: """
      Suppliers come with their invoices. An account that is new is held until somebody other than \
      who brought it has confirmed it; docs/policies.md tells how a company can do without.
      """,
    subcommands: [
      SupplierList.self, SupplierShow.self, SupplierConfirm.self, SupplierReject.self,
      SupplierBlock.self, SupplierUnblock.self,
    ])
  package init() {}
}

/// States of accounts, as the command line spells them.
enum SupplierAccountStateName: String, CaseIterable, ExpressibleByArgument {
  case held, confirmed, rejected

  var state: Bureau_V1_SupplierAccount.State {
    switch self {
    case .held: .held
    case .confirmed: .confirmed
    case .rejected: .rejected
    }
  }
}

struct SupplierList: ServerCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "Show the company's suppliers and their accounts.")

  @Option(help: "Only suppliers with an account in this state.")
  var accounts: SupplierAccountStateName?
  @OptionGroup var list: ListOptions
  @OptionGroup var past: AsOfOption
  @OptionGroup var globals: GlobalOptions

  func run(with client: Client) async throws {
    let company = try await client.company()
    let found = try await client.list(
      Suppliers.ListSuppliers.self, of: company, limit: list.limit, \.suppliers
    ) {
      past.fill(&$0)
      if let accounts { $0.accountState = accounts.state }
    }
    var table = Table([
      .left("SUPPLIER"), .left("NAME"), .left("NUMBER"), .left("ACCOUNT ID"), .left("ACCOUNT"),
      .left("STATE"),
    ])
    for supplier in found {
      let shown = supplier.accounts.filter { accounts == nil || $0.state == accounts?.state }
      for account in shown {
        table.add([
          Show.id(supplier.name), supplier.displayName, supplier.organisationNumber,
          Show.id(account.name), Show.account(account.account),
          supplier.blocked ? "supplier blocked" : Show.state(account.state),
        ])
      }
    }
    try client.show(found, as: "suppliers", table)
  }
}

struct SupplierShow: ServerCommand {
  static let configuration = CommandConfiguration(
    commandName: "show", abstract: "Show a supplier with its accounts, or what happened to it.")

  @Argument(help: "Id or resource name.") var supplier: String
  @Flag(help: "What happened, in sentences.") var history = false
  @OptionGroup var list: ListOptions
  @OptionGroup var past: AsOfOption
  @OptionGroup var globals: GlobalOptions

  func run(with client: Client) async throws {
    let name = try await client.child(supplier, of: "suppliers")
    if history {
      let events = try await client.list(
        Suppliers.ListSupplierEvents.self, of: name, limit: list.limit, \.events
      ) { past.fill(&$0) }
      var table = Table([.left("TIME"), .left("WHO"), .left("WHAT")])
      for event in events {
        table.add([Show.time(event.createTime), event.actorDisplayName, event.text])
      }
      return try client.show(events, as: "events", table)
    }
    let found = try await client.read(Suppliers.GetSupplier.self) {
      $0.name = name
      past.fill(&$0)
    }
    try client.show(found, .supplier(found))
  }
}

struct SupplierConfirm: ServerCommand {
  static let configuration = CommandConfiguration(
    commandName: "confirm", abstract: "Confirm that accounts are their suppliers' own.",
    discussion: """
      Find out by another way than the invoice: a known telephone number, the supplier's own page. \
      Whoever brought an account does not confirm it. All of a call are confirmed, or none.
      """)

  @Argument(help: "Ids or resource names of accounts, or an id of a supplier with its held ones.")
  var accounts: [String] = []
  @Flag(help: "All held accounts of the company that you have not brought yourself.")
  var allHeld = false
  @OptionGroup var options: WriteOptions
  @OptionGroup var globals: GlobalOptions

  func validate() throws {
    if accounts.isEmpty != allHeld {
      throw ValidationError("Name the accounts, or give --all-held.")
    }
  }

  /// Of one call; the API takes as many.
  private static let callSize = 500

  func run(with client: Client) async throws {
    let company = try await client.company()
    let names = try await names(client, company)
    guard !names.isEmpty else {
      throw CLIError(
        .notFound, "NOTHING_TO_CONFIRM", "there are no held accounts that you could confirm",
        mend: "bureau supplier list --accounts held")
    }
    let id = options.requestID ?? client.surroundings.newID()
    var confirmed: [Bureau_V1_SupplierAccount] = []
    for start in stride(from: 0, to: names.count, by: Self.callSize) {
      let part = Array(names[start..<min(start + Self.callSize, names.count)])
      let partID =
        names.count <= Self.callSize ? id : RequestID.derived("supplier confirm", id, "\(start)")
      confirmed += try await client.write(
        Suppliers.ConfirmSupplierAccounts.self, id: partID, dryRun: options.dryRun
      ) {
        $0.parent = company
        $0.accounts = part
      }.accounts
    }
    var table = Table([.left("ACCOUNT ID"), .left("ACCOUNT"), .left("STATE")])
    for account in confirmed {
      table.add([Show.id(account.name), Show.account(account.account), Show.state(account.state)])
    }
    try client.show(confirmed, as: "accounts", table)
    if options.dryRun { client.surroundings.note("dry run: nothing is changed") }
  }

  private func names(_ client: Client, _ company: String) async throws -> [String] {
    let resources = accounts.filter { $0.contains("/accounts/") }
    if resources.count == accounts.count, !allHeld { return accounts }
    let suppliers = try await client.list(
      Suppliers.ListSuppliers.self, of: company, limit: 100_000, \.suppliers)
    let held = suppliers.flatMap(\.accounts).filter { $0.state == .held }
    if allHeld {
      let bureau = try client.bureau()
      let session = try await client.read(Identity.GetSession.self) {
        $0.name = "\(bureau)/sessions/-"
      }
      return held.filter { $0.maker != session.user }.map(\.name)
    }
    return try accounts.flatMap { text throws -> [String] in
      if text.contains("/accounts/") { return [text] }
      let own = suppliers.flatMap(\.accounts).filter { Show.id($0.name) == Show.id(text) }
      if !own.isEmpty { return own.map(\.name) }
      let all = suppliers.first { Show.id($0.name) == Show.id(text) }
      guard let all else {
        throw CLIError(
          .notFound, "NAME_UNKNOWN", "there is no account or supplier \"\(text)\"",
          mend: "bureau supplier list --accounts held")
      }
      return all.accounts.filter { $0.state == .held }.map(\.name)
    }
  }
}

struct SupplierReject: ServerCommand {
  static let configuration = CommandConfiguration(
    commandName: "reject", abstract: "Reject an account: nothing is paid to it any more.",
    discussion: "Signed payments to it that have not left return to the proposal.")

  @Argument(help: "Resource name of the account, or its id.") var account: String
  @Option(help: "Why.") var reason: String
  @OptionGroup var options: WriteOptions
  @OptionGroup var globals: GlobalOptions

  func run(with client: Client) async throws {
    let name = try await client.supplierAccount(account)
    let supplier = try await client.write(Suppliers.RejectSupplierAccount.self, options) {
      $0.name = name
      $0.reason = reason
    }
    try client.show(supplier, .supplier(supplier))
  }
}

struct SupplierBlock: ServerCommand {
  static let configuration = CommandConfiguration(
    commandName: "block", abstract: "Block a supplier: nothing is paid to it on whatever account.",
    discussion: "Signed payments to it that have not left return to the proposal.")

  @Argument(help: "Id or resource name.") var supplier: String
  @Option(help: "Why.") var reason: String
  @OptionGroup var options: WriteOptions
  @OptionGroup var globals: GlobalOptions

  func run(with client: Client) async throws {
    let name = try await client.child(supplier, of: "suppliers")
    let found = try await client.write(Suppliers.BlockSupplier.self, options) {
      $0.name = name
      $0.reason = reason
    }
    try client.show(found, .supplier(found))
  }
}

struct SupplierUnblock: ServerCommand {
  static let configuration = CommandConfiguration(
    commandName: "unblock", abstract: "Let a supplier be paid again.")

  @Argument(help: "Id or resource name.") var supplier: String
  @OptionGroup var options: WriteOptions
  @OptionGroup var globals: GlobalOptions

  func run(with client: Client) async throws {
    let name = try await client.child(supplier, of: "suppliers")
    let found = try await client.write(Suppliers.UnblockSupplier.self, options) { $0.name = name }
    try client.show(found, .supplier(found))
  }
}

extension Client {
  /// An account by resource name or id.
  fileprivate func supplierAccount(_ text: String) async throws -> String {
    if text.contains("/accounts/") { return text }
    let suppliers = try await list(
      Suppliers.ListSuppliers.self, of: try await company(), limit: 100_000, \.suppliers)
    let found = suppliers.flatMap(\.accounts).first { Show.id($0.name) == text }
    guard let found else {
      throw CLIError(
        .notFound, "NAME_UNKNOWN", "there is no account \"\(text)\"", mend: "bureau supplier list")
    }
    return found.name
  }
}

extension Details {
  static func supplier(_ supplier: Bureau_V1_Supplier) -> Details {
    var details = Details()
    details.add("name", supplier.name)
    details.add("supplier", supplier.displayName)
    details.add("organisation number", supplier.organisationNumber)
    details.add("country", supplier.countryCode)
    if supplier.blocked { details.add("blocked", supplier.reason) }
    for account in supplier.accounts {
      let parts = [
        Show.account(account.account), Show.state(account.state),
        account.changed ? "another one than before" : "", account.reason,
        account.hasLastSignTime
          ? "last signed \(Show.time(account.lastSignTime))" : "never paid",
      ]
      details.add(
        "account \(Show.id(account.name))", parts.filter { !$0.isEmpty }.joined(separator: ", "))
    }
    details.add("known since", Show.time(supplier.createTime))
    return details
  }
}
