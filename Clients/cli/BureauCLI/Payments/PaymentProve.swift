internal import ArgumentParser
internal import BureauAPI
internal import Foundation
internal import SwiftProtobuf

struct PaymentProve: ServerCommand {
  static let configuration = CommandConfiguration(
    commandName: "prove", abstract: "Write all there is about a payment to a file that proves it.",
    discussion: """
      The file holds what was signed, by whom and with which right, the BankID evidence, what the \
      bank was sent and what it answered, each with its place in the journal. Anyone can check it \
      offline: `bureau-verify payment-proof FILE` (Clients/verifier). docs/payment-proof.md describes it.
      """)

  @Argument(help: "The payment: id or resource name.") var payment: String
  @Option(
    help: ArgumentHelp(
      "Where to; must not be there yet. Default: payment-<id>.proof.", valueName: "file"),
    completion: .file())
  var file: String?
  @Flag(help: "Leave out the bank's files, which hold other payments too.")
  var withoutFiles = false
  @OptionGroup var globals: GlobalOptions

  func run(with client: Client) async throws {
    let name = try await client.child(payment, of: "payments")
    let id = name.split(separator: "/").last.map(String.init) ?? name
    let path = file ?? "payment-\(id).proof"
    let output = try NewPrivateFile(path)
    let request = Bureau_V1_ExportPaymentProofRequest.with {
      $0.name = name
      $0.withoutFiles = withoutFiles
    }
    try await client.pieces(Audit.ExportPaymentProof.self, request) {
      try output.write($0.content)
    }
    try output.finish()
    client.surroundings.note("written: \(path)")
  }
}
