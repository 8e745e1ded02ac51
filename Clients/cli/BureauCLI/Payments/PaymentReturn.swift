internal import ArgumentParser
internal import BureauAPI

struct PaymentReturn: ServerCommand {
  static let configuration = CommandConfiguration(
    commandName: "return", abstract: "Send a payment back to the proposal, with a reason.",
    discussion: """
      An approver's no; or out of the Due List, as long as the payment has not left for the bank. \
      Every signature is void.
      """)

  @Argument(help: "The payment: id or resource name.") var payment: String
  @Option(help: "Why, in one line: whoever made the payment reads it.") var reason: String
  @OptionGroup var options: WriteOptions
  @OptionGroup var globals: GlobalOptions

  func run(with client: Client) async throws {
    let name = try await client.child(payment, of: "payments")
    let returned = try await client.write(Payments.ReturnPayment.self, options) {
      $0.name = name
      $0.reason = reason
    }
    try client.show(returned, .payment(returned))
  }
}
