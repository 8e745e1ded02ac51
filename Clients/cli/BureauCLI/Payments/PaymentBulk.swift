internal import ArgumentParser
internal import BureauAPI
internal import GRPCCore
internal import SwiftProtobuf

struct PaymentAcknowledge: ServerCommand {
  static let configuration = CommandConfiguration(
    commandName: "acknowledge", abstract: "Say that payments are right and may be signed.",
    discussion: PaymentBulk.discussion)

  @OptionGroup var selection: PaymentSelection
  @Flag(help: "All complete proposals of the company, or of each --company.")
  var allComplete = false
  @OptionGroup var options: WriteOptions
  @OptionGroup var globals: GlobalOptions

  func validate() throws {
    guard selection.isEmpty == allComplete else {
      throw ValidationError("Name the payments, give --file, or give --all-complete.")
    }
  }

  func run(with client: Client) async throws {
    let names =
      allComplete
      ? try await client.payments(in: [.proposalComplete, .proposalOpenItems])
      : try await selection.names(client)
    guard !names.isEmpty else {
      throw CLIError(
        .notFound, "NOTHING_TO_ACKNOWLEDGE", "there are no complete proposals",
        mend: "bureau payment list --state proposal-incomplete")
    }
    try await PaymentBulk(client: client, options: options, action: .acknowledge).run(names) {
      name, id in
      try await client.write(Payments.AcknowledgePayment.self, id: id, dryRun: options.dryRun) {
        $0.name = name
      }
    }
  }
}

struct PaymentDelete: ServerCommand {
  static let configuration = CommandConfiguration(
    commandName: "delete", abstract: "Take payments out; `payment restore` brings them back.",
    discussion: PaymentBulk.discussion)

  @OptionGroup var selection: PaymentSelection
  @OptionGroup var options: WriteOptions
  @OptionGroup var globals: GlobalOptions

  func validate() throws {
    if selection.isEmpty { throw ValidationError("Name the payments, or give --file.") }
  }

  func run(with client: Client) async throws {
    let names = try await selection.names(client)
    try await PaymentBulk(client: client, options: options, action: .delete).run(names) {
      name, id in
      try await client.write(Payments.DeletePayment.self, id: id, dryRun: options.dryRun) {
        $0.name = name
      }
    }
  }
}

struct PaymentRestore: ServerCommand {
  static let configuration = CommandConfiguration(
    commandName: "restore", abstract: "Bring deleted payments back as proposals.",
    discussion: PaymentBulk.discussion)

  @OptionGroup var selection: PaymentSelection
  @OptionGroup var options: WriteOptions
  @OptionGroup var globals: GlobalOptions

  func validate() throws {
    if selection.isEmpty { throw ValidationError("Name the payments, or give --file.") }
  }

  func run(with client: Client) async throws {
    let names = try await selection.names(client)
    try await PaymentBulk(client: client, options: options, action: .undelete).run(names) {
      name, id in
      try await client.write(Payments.UndeletePayment.self, id: id, dryRun: options.dryRun) {
        $0.name = name
      }
    }
  }
}

/// The same done to one payment, or to many with a result for each.
struct PaymentBulk {
  let client: Client
  let options: WriteOptions
  let action: Bureau_V1_HandlePaymentsRequest.Action

  static let discussion = """
    Each payment succeeds or fails alone; the exit code is 1 when any of several failed. Several go \
    to the server in calls of 500, a transaction for each company. Repeating with the same \
    --request-id and the same payments resumes and gives the same answers.
    """

  /// Of one call; the API takes 1000.
  static let callSize = 500

  /// - Parameter single: What does it to one payment, with its name and a request id.
  func run(
    _ names: [String],
    single: (_ name: String, _ id: String) async throws -> Bureau_V1_Payment
  ) async throws {
    if options.dryRun { client.surroundings.note("dry run: nothing is changed") }
    let id = options.requestID ?? client.surroundings.newID()
    if names.count == 1 {
      let payment = try await single(names[0], id)
      return try client.show(payment, .payment(payment))
    }
    var bulk = Bulk<Bureau_V1_Payment>(itemKey: "name", answerKey: "payment")
    var progress = Progress(total: names.count, client.surroundings)
    var gone: CLIError?
    for start in stride(from: 0, to: names.count, by: Self.callSize) {
      let part = Array(names[start..<min(start + Self.callSize, names.count)])
      if gone == nil {
        // One call carries the given id itself; of several each its own.
        let partID =
          names.count <= Self.callSize
          ? id : RequestID.derived("bureau cli bulk", id, "\(start)")
        do {
          for (name, outcome) in zip(part, try await handled(part, id: partID, &progress)) {
            bulk.add(name, outcome)
            let failed = if case .failure = outcome { true } else { false }
            progress.count(1, failed: failed)
          }
          continue
        } catch let error as CLIError {
          // What refuses all of the first call is no item's own.
          guard error.ending == .unavailable, start > 0 else { throw error }
          gone = error
        }
      }
      for name in part { bulk.add(name, .failure(gone ?? Self.notTried)) }
      progress.count(part.count, failed: true)
      gone = Self.notTried
    }
    try bulk.finish(
      client, alwaysAsBulk: true,
      columns: [.left("STATE"), .left("CREDITOR"), .right("AMOUNT"), .left("DUE")]
        + (options.dryRun ? [.left("EXECUTION")] : [])
    ) {
      [Show.state($0.state), $0.creditor.displayName, Show.money($0.amount), $0.dueDate]
        + (options.dryRun ? [$0.preview.outlooks.first?.executionDate ?? ""] : [])
    }
  }

  private static let notTried = CLIError(
    .unavailable, "NOT_TRIED", "not tried, because the server was unavailable")

  /// One call, again with the same id while the server puts some of it off.
  private func handled(
    _ names: [String], id: String, _ progress: inout Progress
  ) async throws -> [Result<Bureau_V1_Payment, CLIError>] {
    var patience = client.patience
    let parent = try client.bureau(of: names)
    while true {
      let answer = try await client.write(
        Payments.HandlePayments.self, id: id, dryRun: options.dryRun
      ) {
        $0.parent = parent
        $0.names = names
        $0.action = action
      }
      guard answer.results.map({ $0.name }) == names else {
        throw CLIError(
          .internalError, "RESULTS_WRONG", "the server's results are of other payments")
      }
      let refusals = answer.results.compactMap { result in
        if case .error(let status)? = result.result { RPCError(status) } else { nil }
      }
      if let passing = refusals.first(where: Patience.isPassing),
        let pause = patience.pause(after: passing)
      {
        progress.interrupt()
        client.surroundings.note(
          "the server has too much to do; trying again with what is left in \(pause.short)")
        try await client.surroundings.sleep(pause)
        continue
      }
      return answer.results.map { result in
        switch result.result {
        case .payment(let payment)?: return .success(payment)
        case .error(let status)?:
          var error = CLIError(RPCError(status))
          error.requestID = id
          return .failure(error)
        case nil:
          return .failure(CLIError(.internalError, "NO_RESULT", "no result came for this payment"))
        }
      }
    }
  }
}

extension Client {
  /// `bureaus/{bureau}` of resource names, which are all of one.
  func bureau(of names: [String]) throws(CLIError) -> String {
    guard let first = names.first else { return try bureau() }
    return first.split(separator: "/").prefix(2).joined(separator: "/")
  }
}
