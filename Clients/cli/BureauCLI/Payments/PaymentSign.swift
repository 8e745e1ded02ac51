internal import ArgumentParser
internal import BureauAPI
internal import GRPCCore
internal import SwiftProtobuf

struct PaymentSign: ServerCommand {
  static let configuration = CommandConfiguration(
    commandName: "sign",
    abstract: "Sign payments, with BankID or a code by SMS: total and payees come first.",
    discussion: """
      Payments of several companies are signed with one BankID ceremony for each 500; what cannot be \
      signed is told and left out. The exit code is 1 when any of them failed. With --sms a code is \
      sent to your confirmed number; it is read from standard input, a line for each try, since others \
      on the machine could read an argument.
      """)

  @OptionGroup var selection: PaymentSelection
  @Flag(help: "All payments that are acknowledged, of the company or of each --company.")
  var allAcknowledged = false
  @Flag(help: "With a code by SMS in the place of BankID.") var sms = false
  @OptionGroup var waiting: WaitOptions
  @OptionGroup var globals: GlobalOptions

  /// Of one signature of one company, and of several.
  static let maximumOfCompany = 150
  static let maximumCount = 500

  func validate() throws {
    guard selection.isEmpty == allAcknowledged else {
      throw ValidationError("Name the payments, give --file, or give --all-acknowledged.")
    }
    if sms, waiting.eid != nil || waiting.autoStart || waiting.sandboxPerson != nil {
      throw ValidationError("--sms is in the place of BankID and its options.")
    }
    if sms, selection.file == "-" {
      throw ValidationError("The code comes from standard input: give --file a file.")
    }
  }

  private var method: Bureau_V1_Order.Method { sms ? .smsCode : .bankid }

  /// Waits for BankID, or for the code.
  private func answered(_ started: Bureau_V1_Order, _ client: Client) async throws
    -> Bureau_V1_Order
  {
    sms
      ? try await CodeEntry(client: client)(started)
      : try await OrderWait(client: client, options: waiting)(started)
  }

  func run(with client: Client) async throws {
    let names =
      allAcknowledged
      ? try await client.payments(in: [.acknowledged]) : try await selection.names(client)
    guard let first = names.first else {
      throw CLIError(
        .notFound, "NOTHING_TO_SIGN", "the company has no acknowledged payments",
        mend: "bureau payment acknowledge PAYMENT")
    }
    // Payments named in full say themselves which company they are of.
    let companies = Set(try names.map(Self.company))
    guard companies.count == 1, names.count <= Self.maximumOfCompany else {
      return try await signAll(names, client)
    }
    let parent = try Self.company(of: first)
    let started = try await client.read(Payments.StartPaymentSignature.self) {
      $0.parent = parent
      $0.payments = names
      $0.eid = waiting.eid.message
      $0.method = method
    }
    let order = try await answered(started, client)
    try client.show(order, .order(order))
  }

  /// Several companies, or more than one company's text has room for.
  private func signAll(_ names: [String], _ client: Client) async throws {
    var bulk = Bulk<Bureau_V1_Order>(itemKey: "name", answerKey: "order")
    var left = stride(from: 0, to: names.count, by: Self.maximumCount).map {
      Array(names[$0..<min($0 + Self.maximumCount, names.count)])
    }
    var failure: CLIError?
    while !left.isEmpty {
      let part = left.removeFirst()
      if failure != nil {
        for name in part { bulk.add(name, .failure(Self.notTried)) }
        continue
      }
      do {
        let outcomes = try await sign(part, client)
        for name in part { bulk.add(name, outcomes[name] ?? .failure(Self.notTried)) }
      } catch let error as CLIError
        where error.reason == "PAYMENTS_TEXT_TOO_LONG" && part.count > 1
      {
        left.insert(
          contentsOf: [Array(part[..<(part.count / 2)]), Array(part[(part.count / 2)...])], at: 0)
      } catch let error as CLIError {
        for name in part { bulk.add(name, .failure(error)) }
        failure = error
      }
    }
    try bulk.finish(client, alwaysAsBulk: true, columns: [.left("STATE"), .left("ORDER")]) {
      ["SIGNED", Show.id($0.name)]
    }
  }

  private static let notTried = CLIError(
    .refused, "NOT_TRIED", "not signed, because an earlier signature did not come about")

  /// One ceremony.
  private func sign(_ names: [String], _ client: Client) async throws
    -> [String: Result<Bureau_V1_Order, CLIError>]
  {
    let parent = try client.bureau(of: names)
    let started = try await client.read(Payments.StartPaymentSignatures.self) {
      $0.parent = parent
      $0.payments = names
      $0.method = method
    }
    var outcomes: [String: Result<Bureau_V1_Order, CLIError>] = [:]
    for result in started.results {
      outcomes[result.name] = .failure(CLIError(RPCError(result.error)))
    }
    guard started.hasOrder else { return outcomes }
    if !started.results.isEmpty {
      client.surroundings.note(
        "\(started.results.count) of \(names.count) payments cannot be signed and are left out")
    }
    let order = try await answered(started.order, client)
    let told = Bureau_V1_Order.with {
      $0.name = order.name
      $0.state = order.state
    }
    for name in order.results { outcomes[name] = .success(told) }
    for refusal in order.refusals {
      outcomes[refusal.name] = .failure(CLIError(RPCError(refusal.error)))
    }
    return outcomes
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
