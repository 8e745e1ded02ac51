internal import ArgumentParser
internal import BureauAPI

struct PaymentNotDuplicate: ServerCommand {
  static let configuration = CommandConfiguration(
    commandName: "not-duplicate",
    abstract: "Say that a payment is owed besides the earlier ones that it looks like.",
    discussion: "Look at them first: `payment show` names them. The reason is kept.")

  @Argument(help: "Id or resource name.") var payment: String
  @Option(help: "Why both are owed.") var reason: String
  @OptionGroup var options: WriteOptions
  @OptionGroup var globals: GlobalOptions

  func run(with client: Client) async throws {
    let name = try await client.child(payment, of: "payments")
    let payment = try await client.write(Payments.DismissDuplicates.self, options) {
      $0.name = name
      $0.reason = reason
    }
    try client.show(payment, .payment(payment))
  }
}
