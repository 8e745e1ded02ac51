package import ArgumentParser
internal import BureauAPI
internal import Foundation

package struct InvoiceCommand: ParsableCommand {
  package static let configuration = CommandConfiguration(
    commandName: "invoice", abstract: "Invoices that suppliers sent.",
    subcommands: [InvoiceImport.self])
  package init() {}
}

struct InvoiceImport: ServerCommand {
  static let configuration = CommandConfiguration(
    commandName: "import", abstract: "Read UBL invoices and propose their payments.",
    discussion: """
      Each file succeeds or fails alone; the exit code is 1 when any failed. Importing a file \
      again is the same request and makes no second payment.
      """)

  @Argument(help: "UBL files.", completion: .file(extensions: ["xml"])) var files: [String]
  @OptionGroup var options: WriteOptions
  @OptionGroup var globals: GlobalOptions

  /// Of an invoice; the API takes no more.
  static let maximumBytes = 2 << 20

  func run(with client: Client) async throws {
    let company = try await client.company()
    if options.dryRun { client.surroundings.note("dry run: nothing is changed") }
    var bulk = Bulk<Bureau_V1_Payment>(itemKey: "file", answerKey: "payment")
    try await bulk.run(files) { file in
      let content = try client.surroundings.read(file, Self.maximumBytes)
      let id =
        if options.requestID == nil, !options.dryRun {
          RequestID.derived("bureau invoice import", [Data(company.utf8), content])
        } else {
          client.itemRequestID(options, item: file, of: files.count)
        }
      return try await client.write(Payments.ImportInvoice.self, id: id, dryRun: options.dryRun) {
        $0.parent = company
        $0.content = content
      }
    }
    let columns: [Table.Column] = [
      .left("STATE"), .left("PAYMENT"), .left("CREDITOR"), .right("AMOUNT"), .left("DUE"),
      .left("NOTES"),
    ]
    try bulk.finish(client, alwaysAsBulk: true, columns: columns) { payment in
      [
        Show.state(payment.state), Show.id(payment.name), payment.creditor.displayName,
        Show.money(payment.amount), payment.dueDate, Show.notes(payment),
      ]
    }
  }
}
