package import ArgumentParser
internal import BureauAPI
internal import Foundation
internal import SwiftProtobuf

package struct SalaryCommand: ParsableCommand {
  package static let configuration = CommandConfiguration(
    commandName: "salary", abstract: "Salaries, which only those see who have the role payroll.",
    subcommands: [SalaryImport.self, SalaryList.self, SalaryGet.self])
  package init() {}
}

/// Forms of a file of salaries.
enum SalaryFormat: String, CaseIterable, ExpressibleByArgument {
  case csv
  case pain001 = "pain.001"

  var message: Bureau_V1_ImportSalaryBatchRequest.Format { self == .csv ? .csv : .pain001 }
}

struct SalaryImport: ServerCommand {
  static let configuration = CommandConfiguration(
    commandName: "import", abstract: "Take a file of salaries in, all of it or nothing.",
    discussion: """
      CSV with a head line (docs/salary.md lists the columns) and the pay day, or a pain.001 file of \
      salaries. The same salaries for the same day come in once. What comes in is acknowledged and \
      signed as other payments are: `bureau payment list --salary-batch` shows them.
      """)

  @Argument(help: "The file, or - for standard input.") var file: String
  @Option(help: "The form of the file. Default: pain.001 where its name ends so, else csv.")
  var format: SalaryFormat?
  @Option(
    help: ArgumentHelp("When it is paid, a banking day; of CSV.", valueName: "yyyy-mm-dd"))
  var payDate: String = ""
  @OptionGroup var options: WriteOptions
  @OptionGroup var globals: GlobalOptions

  func run(with client: Client) async throws {
    let company = try await client.company()
    let data = try client.surroundings.read(file, 1 << 20)
    let guessed: SalaryFormat = file.lowercased().hasSuffix(".xml") ? .pain001 : .csv
    let batch = try await client.write(Salaries.ImportSalaryBatch.self, options) {
      $0.parent = company
      $0.content = data
      $0.format = (format ?? guessed).message
      $0.payDate = payDate
    }
    try client.show(batch, .salaryBatch(batch))
  }
}

struct SalaryList: ServerCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "Show the company's batches of salaries.")

  @OptionGroup var list: ListOptions
  @OptionGroup var past: AsOfOption
  @OptionGroup var globals: GlobalOptions

  func run(with client: Client) async throws {
    let company = try await client.company()
    let batches = try await client.list(
      Salaries.ListSalaryBatches.self, of: company, limit: list.limit, \.salaryBatches
    ) { past.fill(&$0) }
    try client.show(batches, as: "salaryBatches", .salaryBatches(batches))
  }
}

struct SalaryGet: ServerCommand {
  static let configuration = CommandConfiguration(
    commandName: "get", abstract: "Show one batch of salaries, and where its payments stand.")

  @Argument(help: "The batch: id or resource name.") var batch: String
  @OptionGroup var past: AsOfOption
  @OptionGroup var globals: GlobalOptions

  func run(with client: Client) async throws {
    let name = try await client.child(batch, of: "salaryBatches")
    let batch = try await client.read(Salaries.GetSalaryBatch.self) {
      $0.name = name
      past.fill(&$0)
    }
    try client.show(batch, .salaryBatch(batch))
  }
}

extension Bureau_V1_SalaryBatch {
  /// `2 signed, 1 error`
  fileprivate var standing: String {
    counts.map { "\($0.count) \(Show.state($0.state).lowercased())" }.joined(separator: ", ")
  }
}

extension Details {
  static func salaryBatch(_ batch: Bureau_V1_SalaryBatch) -> Details {
    var details = Details()
    details.add("salary batch", Show.id(batch.name))
    details.add("pay date", batch.payDate)
    details.add("salaries", String(batch.paymentCount))
    details.add("total", Show.money(batch.total))
    details.add("state", batch.standing)
    details.add("file sha-256", batch.fileSha256)
    return details
  }
}

extension Table {
  static func salaryBatches(_ batches: [Bureau_V1_SalaryBatch]) -> Table {
    var table = Table([
      .left("ID"), .left("PAY DATE"), .right("SALARIES"), .right("TOTAL"), .left("STATE"),
    ])
    for item in batches {
      table.add([
        Show.id(item.name), item.payDate, String(item.paymentCount), Show.money(item.total),
        item.standing,
      ])
    }
    return table
  }
}

typealias Salaries = Bureau_V1_SalaryService.Method
extension Bureau_V1_SalaryService.Method.ImportSalaryBatch: RPC {}
extension Bureau_V1_SalaryService.Method.GetSalaryBatch: RPC {}
extension Bureau_V1_SalaryService.Method.ListSalaryBatches: RPC {}

extension Bureau_V1_ImportSalaryBatchRequest: WriteRequest {}
extension Bureau_V1_ListSalaryBatchesRequest: ListRequest, AsOfRequest {}
extension Bureau_V1_ListSalaryBatchesResponse: ListResponse {}
extension Bureau_V1_GetSalaryBatchRequest: AsOfRequest {}
