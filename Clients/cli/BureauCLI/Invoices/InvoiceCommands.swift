package import ArgumentParser
internal import BureauAPI
internal import Foundation
internal import SwiftProtobuf

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
      again is the same request and makes no second payment. Several files go on one stream; when \
      it breaks, those without a result are sent again. --timeout is then how long nothing may come. \
      With --post an invoice and its payment come in together or not at all.
      """)

  @Argument(
    help: "UBL files; a folder stands for the .xml files in it.",
    completion: .file(extensions: ["xml"]))
  var files: [String]
  @Flag(help: "Post the invoices in the same go: costs and input tax against the debt.")
  var post = false
  @OptionGroup var options: WriteOptions
  @OptionGroup var globals: GlobalOptions

  /// Of an invoice; the API takes no more.
  static let maximumBytes = 2 << 20
  static let maximumCount = 100_000

  func run(with client: Client) async throws {
    let company = try await client.company()
    if options.dryRun { client.surroundings.note("dry run: nothing is changed") }
    let files = try allFiles(client.surroundings)
    var bulk = Bulk<Bureau_V1_Payment>(itemKey: "file", answerKey: "payment")
    if files.count == 1 {
      try await bulk.run(files) { file in
        let made = try request(for: file, of: 1, company, client)
        return try await client.write(
          Payments.ImportInvoice.self, id: made.requestID, dryRun: options.dryRun
        ) { $0 = made }
      }
    } else {
      let stream = InvoiceStream(client: client, files: files) { (file) throws(CLIError) in
        try request(for: file, of: files.count, company, client)
      }
      for (file, outcome) in zip(files, try await stream.run()) { bulk.add(file, outcome) }
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

  /// The files given, with those of the folders given.
  private func allFiles(_ surroundings: Surroundings) throws(CLIError) -> [String] {
    var all: [String] = []
    for path in files {
      guard let names = try surroundings.list(path) else {
        all.append(path)
        continue
      }
      let found = names.filter { $0.lowercased().hasSuffix(".xml") }
      guard !found.isEmpty else {
        throw CLIError(.invalidInput, "FOLDER_EMPTY", "\(path): the folder has no .xml files")
      }
      all += found.map { path.hasSuffix("/") ? path + $0 : "\(path)/\($0)" }
    }
    guard all.count <= Self.maximumCount else {
      throw CLIError(
        .usage, "FILES_TOO_MANY", "at most \(Self.maximumCount) files can be imported at a time")
    }
    return all
  }

  private func request(
    for file: String, of count: Int, _ company: String, _ client: Client
  ) throws(CLIError) -> Bureau_V1_ImportInvoiceRequest {
    let bytes = try client.surroundings.read(file, Self.maximumBytes)
    return .with {
      $0.parent = company
      $0.content = bytes
      $0.postInvoice = post
      $0.requestID =
        if options.requestID == nil, !options.dryRun {
          RequestID.derived(
            "bureau invoice import\(post ? " --post" : "")", [Data(company.utf8), bytes])
        } else {
          client.itemRequestID(options, item: file, of: count)
        }
      $0.validateOnly = options.dryRun
    }
  }
}
