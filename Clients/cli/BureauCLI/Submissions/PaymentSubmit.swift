internal import ArgumentParser
internal import BureauAPI
internal import Foundation
internal import GRPCCore
internal import Primitives
internal import Sealing
internal import SwiftProtobuf

struct PaymentSubmit: ServerCommand {
  static let configuration = CommandConfiguration(
    commandName: "submit", abstract: "Submit a sealed batch of payments from a file.",
    discussion: """
      The file is CSV with a head line, or one JSON object on each line; docs/sealing.md lists the \
      columns. Each payment succeeds or fails alone. The same file is the same batch: submitting \
      it again changes nothing and tells what became of it.
      """)

  @Argument(help: "The file, or - for standard input.") var file: String
  @Option(
    help: ArgumentHelp(
      "The private key to seal with. Without it the batch is sent unsealed.", valueName: "file"))
  var privateKeyFile: String?
  @Option(help: "The batch's id, once for each content. Default: it follows from the file.")
  var batchID: String?
  @OptionGroup var options: WriteOptions
  @OptionGroup var globals: GlobalOptions

  func run(with client: Client) async throws {
    let company = try await client.company()
    let data = try client.surroundings.read(file, 4 << 20)
    let payments = try PaymentFile.read(data, named: file)
    let secret = try privateKeyFile.map { path throws(CLIError) in
      try KeyFile.required(path, client.surroundings)
    }
    let batch = try Self.batch(
      payments, id: batchID ?? RequestID.derived("bureau batch", [Data(company.utf8), data]),
      at: client.surroundings.now())
    var seal: Bureau_V1_Seal?
    if let secret {
      let canonical = batch.canonical(
        company: company, keyFingerprint: secret.publicKey.fingerprint)
      let signature = try secret.sign(canonical.bytes)
      seal = .with {
        $0.keyFingerprint = secret.publicKey.fingerprint
        $0.signature = Data(signature)
      }
    }
    let answer = try await client.write(Submissions.SubmitBatch.self, options) {
      $0.parent = company
      $0.batch = batch
      if let seal { $0.seal = seal }
    }
    try Self.show(answer, of: payments, client)
  }

  static func batch(_ payments: [Bureau_V1_BatchPayment], id: String, at time: Instant)
    throws(CLIError) -> Bureau_V1_Batch
  {
    var sums: [String: Int64] = [:]
    for payment in payments {
      let (sum, overflow) = sums[payment.amount.currencyCode, default: 0]
        .addingReportingOverflow(payment.amount.minorUnits)
      if overflow {
        throw CLIError(.invalidInput, "PAYMENT_FILE_INVALID", "the amounts are too large to add")
      }
      sums[payment.amount.currencyCode] = sum
    }
    return .with {
      $0.batchID = id
      $0.createTime.seconds = time.microseconds / 1_000_000
      $0.itemCount = Int32(clamping: payments.count)
      $0.totals = sums.sorted { $0.key < $1.key }.map { code, sum in
        .with {
          $0.minorUnits = sum
          $0.currencyCode = code
        }
      }
      $0.items = payments.map { payment in .with { $0.payment = payment } }
    }
  }

  private static func show(
    _ answer: Bureau_V1_SubmitBatchResponse, of payments: [Bureau_V1_BatchPayment],
    _ client: Client
  ) throws {
    var bulk = Bulk<Bureau_V1_Payment>(itemKey: "invoice", answerKey: "payment")
    for (payment, result) in zip(payments, answer.results) {
      switch result.result {
      case .payment(let made): bulk.add(payment.invoiceNumber, .success(made))
      case .error(let status):
        bulk.add(payment.invoiceNumber, .failure(CLIError(RPCError(status))))
      case nil: break
      }
    }
    try bulk.finish(
      client, alwaysAsBulk: true,
      columns: [.left("STATE"), .left("CREDITOR"), .right("AMOUNT"), .left("DUE"), .left("ID")]
    ) {
      [
        Show.state($0.state), $0.creditor.displayName, Show.money($0.amount), $0.dueDate,
        Show.id($0.name),
      ]
    }
  }
}
