internal import BureauAPI
internal import Foundation

extension Bureau_V1_ConfirmPaymentSignatureRequest: WriteRequest {}

/// Asks for the code that came by SMS, and again after a wrong one.
struct CodeEntry {
  let client: Client

  /// Reasons after which the next line is another try.
  private static let mistakes: Set = ["SMS_CODE_WRONG", "SMS_CODE_OTHER_SET"]

  /// Returns the completed order. Throws when it is refused, or when no code comes any more.
  func callAsFunction(_ started: Bureau_V1_Order) async throws -> Bureau_V1_Order {
    let surroundings = client.surroundings
    surroundings.note(started.visibleText.printableLines)
    surroundings.note("")
    surroundings.note(
      "a code was sent to \(started.maskedNumber.printable), good until "
        + "\(Show.time(started.codeExpireTime)); enter it:")
    var mistake: CLIError?
    while let line = surroundings.line() {
      let code = line.filter { !$0.isWhitespace }
      if code.isEmpty { continue }
      do {
        let order = try await client.write(
          Payments.ConfirmPaymentSignature.self, id: surroundings.newID(), dryRun: false
        ) {
          $0.name = started.name
          $0.code = code
        }
        guard order.state == .complete else {
          throw CLIError(.refused, "ORDER_FAILED", order.hint)
        }
        return order
      } catch let error as CLIError where Self.mistakes.contains(error.reason) {
        surroundings.note(error.message)
        mistake = error
      }
    }
    _ = try? await client.read(Identity.CancelOrder.self) { $0.name = started.name }
    throw mistake
      ?? CLIError(
        .invalidInput, "CODE_MISSING", "no code came on standard input; nothing was signed")
  }
}
