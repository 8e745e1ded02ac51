internal import ArgumentParser
internal import BureauAPI

struct PaymentSign: ServerCommand {
  static let configuration = CommandConfiguration(
    commandName: "sign", abstract: "Sign payments with BankID: total and payees are shown first.")

  @Argument(help: "The payments: ids or resource names.") var payments: [String] = []
  @Flag(help: "All payments of the company that are acknowledged.") var allAcknowledged = false
  @OptionGroup var waiting: WaitOptions
  @OptionGroup var globals: GlobalOptions

  /// Of one signature; the API takes no more.
  static let maximumCount = 500

  func validate() throws {
    guard payments.isEmpty == allAcknowledged else {
      throw ValidationError("Name the payments, or give --all-acknowledged.")
    }
    guard payments.count <= Self.maximumCount else {
      throw ValidationError("At most \(Self.maximumCount) payments can be signed at a time.")
    }
  }

  func run(with client: Client) async throws {
    var names: [String] = []
    for payment in payments { names.append(try await client.child(payment, of: "payments")) }
    // Payments named in full say themselves which company they are of.
    let company =
      if let first = names.first { try Self.company(of: first) } else {
        try await client.company()
      }
    if allAcknowledged {
      names = try await client.list(
        Payments.ListPayments.self, of: company, limit: Self.maximumCount, \.payments
      ) { $0.state = .acknowledged }.map(\.name)
      guard !names.isEmpty else {
        throw CLIError(
          .notFound, "NOTHING_TO_SIGN", "the company has no acknowledged payments",
          mend: "bureau payment acknowledge PAYMENT")
      }
    }
    let started = try await client.read(Payments.StartPaymentSignature.self) {
      $0.parent = company
      $0.payments = names
    }
    let order = try await OrderWait(client: client, options: waiting)(started)
    try client.show(order, .order(order))
  }

  /// `bureaus/{b}/companies/{c}` of a payment's name.
  private static func company(of payment: String) throws(CLIError) -> String {
    let parts = payment.split(separator: "/")
    guard parts.count == 6 else {
      throw CLIError(.usage, "NAME_INVALID", "\"\(payment)\" is no payment's resource name")
    }
    return parts.prefix(4).joined(separator: "/")
  }
}
