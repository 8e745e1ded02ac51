internal import ArgumentParser
internal import BureauAPI
internal import SwiftProtobuf
internal import Synchronization

struct VoucherPostBundle: ServerCommand {
  static let configuration = CommandConfiguration(
    commandName: "post-bundle",
    abstract: "Post what is paid of a transfer as one voucher.",
    discussion: "`bureau transfer list` shows the transfers; each is a bundle.")

  @Argument(help: "The transfer: id or resource name.") var transfer: String
  @Option(
    help: ArgumentHelp(
      "Only what the bank booked on this day; needed where it was several.",
      valueName: "yyyy-mm-dd"))
  var bookedOn: String = ""
  @OptionGroup var difference: DifferenceOption
  @OptionGroup var options: WriteOptions
  @OptionGroup var globals: GlobalOptions

  func run(with client: Client) async throws {
    let name = try await client.child(transfer, of: "transfers")
    let voucher = try await client.write(Postings.PostBundle.self, options) {
      $0.name = name
      $0.bookingDate = bookedOn
      $0.differenceAccount = difference.differenceAccount
    }
    try client.show(voucher, .voucher(voucher))
    if client.output == .table {
      client.surroundings.write("\n" + Table.voucherLines(voucher).text)
    }
  }
}

/// Formats of other accounting programs.
enum LedgerFileFormat: String, CaseIterable, ExpressibleByArgument {
  case sie
  case safT = "saf-t"

  var message: Bureau_V1_ExportLedgerRequest.Format { self == .sie ? .sie : .safT }
}

struct VoucherExport: ServerCommand {
  static let configuration = CommandConfiguration(
    commandName: "export",
    abstract: "Write the vouchers of a period to a file for another accounting program.",
    discussion: "SIE 4I for Swedish programs, SAF-T Financial 1.30 for Norwegian ones.")

  @Argument(
    help: ArgumentHelp("Where to; must not be there yet.", valueName: "file"),
    completion: .file())
  var file: String
  @Option(help: "The format.") var format: LedgerFileFormat
  @Option(help: ArgumentHelp("The first day.", valueName: "yyyy-mm-dd")) var from: String
  @Option(help: ArgumentHelp("The last day.", valueName: "yyyy-mm-dd")) var through: String
  @OptionGroup var globals: GlobalOptions

  func run(with client: Client) async throws {
    let company = try await client.company(), output = try NewPrivateFile(file)
    let count = Mutex<Int64>(0)
    try await client.pieces(
      Postings.ExportLedger.self,
      .with {
        $0.parent = company
        $0.format = format.message
        $0.fromDate = from
        $0.throughDate = through
      }
    ) { piece in
      if piece.voucherCount > 0 { count.withLock { $0 = piece.voucherCount } }
      try output.write(piece.content)
    }
    try output.finish()
    client.surroundings.note("written: \(file), \(count.withLock { $0 }) vouchers")
  }
}
