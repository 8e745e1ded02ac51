package import ArgumentParser
package import BureauAPI
internal import Foundation

package typealias OpenItems = Bureau_V1_OpenItemService.Method
extension Bureau_V1_OpenItemService.Method.ImportOpenItems: RPC {}
extension Bureau_V1_OpenItemService.Method.SubmitOpenItems: RPC {}
extension Bureau_V1_OpenItemService.Method.ListOpenItems: RPC {}
extension Bureau_V1_OpenItemService.Method.LinkOpenItems: RPC {}
extension Bureau_V1_OpenItemService.Method.UnlinkOpenItems: RPC {}
extension Bureau_V1_ImportOpenItemsRequest: WriteRequest {}
extension Bureau_V1_LinkOpenItemsRequest: WriteRequest {}
extension Bureau_V1_UnlinkOpenItemsRequest: WriteRequest {}
extension Bureau_V1_ListOpenItemsRequest: AsOfRequest {}
extension Bureau_V1_ListOpenItemsRequest: ListRequest {}
extension Bureau_V1_ListOpenItemsResponse: ListResponse {}

package struct OpenItemCommand: ParsableCommand {
  package static let configuration = CommandConfiguration(
    commandName: "item",
    abstract: "A supplier ledger's open records: credit notes, earlier payments.",
    discussion: "docs/open-items.md describes the file.",
    subcommands: [
      OpenItemImport.self, OpenItemSubmit.self, OpenItemList.self, OpenItemLink.self,
      OpenItemUnlink.self,
    ])
  package init() {}
}

struct OpenItemImport: ServerCommand {
  static let configuration = CommandConfiguration(
    commandName: "import", abstract: "Take in open records from a file: all of it, or nothing.",
    discussion: """
      CSV with a head line, or one UBL invoice or credit note. All that is wrong is told at once, with \
      line and column. What is here already is not taken twice.
      """)

  @Argument(help: "The file, or - for standard input.") var file: String
  @OptionGroup var options: WriteOptions
  @OptionGroup var globals: GlobalOptions

  func run(with client: Client) async throws {
    let company = try await client.company()
    let content = try client.surroundings.read(file, 2 << 20)
    let answer = try await client.write(OpenItems.ImportOpenItems.self, options) {
      $0.parent = company
      $0.content = content
    }
    try client.show(answer, of: file)
  }
}

extension Client {
  /// What was taken, or all that is wrong.
  func show(_ answer: Bureau_V1_ImportOpenItemsResponse, of file: String) throws {
    for finding in answer.findings {
      let name = finding.name.isEmpty ? "" : "\(finding.name): "
      surroundings.note("\(file):\(finding.line):\(finding.column): \(name)\(finding.text)")
    }
    if !answer.findings.isEmpty {
      let count = answer.findings.count
      throw CLIError(
        .invalidInput, "OPEN_ITEMS_INVALID",
        "\(file): \(count == 1 ? "1 fault" : "\(count) faults"); nothing was taken")
    }
    var table = Table([.right("LINE"), .left("KIND"), .left("ID"), .left("NOTE")])
    for item in answer.items {
      let known = item.known ? "was here already" : ""
      table.add([
        "\(item.line)", item.payment.isEmpty ? Show.state(item.openItem.kind) : "INVOICE",
        Show.id(item.payment.isEmpty ? item.openItem.name : item.payment),
        item.note.isEmpty ? known : item.note,
      ])
    }
    try show(answer.items, as: "items", table)
  }
}

struct OpenItemList: ServerCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "Show open credit notes and earlier payments.")

  @Flag(help: "Also what is set off already.") var all = false
  @OptionGroup var list: ListOptions
  @OptionGroup var past: AsOfOption
  @OptionGroup var globals: GlobalOptions

  func run(with client: Client) async throws {
    let company = try await client.company()
    let found = try await client.list(
      OpenItems.ListOpenItems.self, of: company, limit: list.limit, \.openItems
    ) {
      past.fill(&$0)
      $0.linkedToo = all
    }
    var table = Table([
      .left("ID"), .left("KIND"), .left("SUPPLIER"), .left("NUMBER"), .right("AMOUNT"),
      .left("DATE"), .left("SET OFF AGAINST"),
    ])
    for item in found {
      table.add([
        Show.id(item.name), Show.state(item.kind), item.supplierDisplayName, item.number,
        Show.money(item.amount), item.date, Show.id(item.payment),
      ])
    }
    try client.show(found, as: "openItems", table)
  }
}

struct OpenItemLink: ServerCommand {
  static let configuration = CommandConfiguration(
    commandName: "link", abstract: "Set open items off against a proposal.",
    discussion: "Its amount becomes what is left, and its message to the payee names the items.")

  @Argument(help: "Ids or resource names of the items.") var items: [String]
  @Option(help: "Id or resource name of the payment.") var payment: String
  @OptionGroup var options: WriteOptions
  @OptionGroup var globals: GlobalOptions

  func run(with client: Client) async throws {
    let name = try await client.child(payment, of: "payments")
    var names: [String] = []
    for item in items { names.append(try await client.child(item, of: "openItems")) }
    let all = names
    let payment = try await client.write(OpenItems.LinkOpenItems.self, options) {
      $0.payment = name
      $0.items = all
    }
    try client.show(payment, .payment(payment))
  }
}

struct OpenItemUnlink: ServerCommand {
  static let configuration = CommandConfiguration(
    commandName: "unlink", abstract: "Set items off against a payment no more.")

  @Argument(help: "Ids or resource names of the items.") var items: [String]
  @Option(help: "Id or resource name of the payment.") var payment: String
  @OptionGroup var options: WriteOptions
  @OptionGroup var globals: GlobalOptions

  func run(with client: Client) async throws {
    let name = try await client.child(payment, of: "payments")
    var names: [String] = []
    for item in items { names.append(try await client.child(item, of: "openItems")) }
    let all = names
    let payment = try await client.write(OpenItems.UnlinkOpenItems.self, options) {
      $0.payment = name
      $0.items = all
    }
    try client.show(payment, .payment(payment))
  }
}
