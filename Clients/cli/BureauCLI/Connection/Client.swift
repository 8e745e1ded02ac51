internal import BureauAPI
internal import GRPCCore
internal import SwiftProtobuf

/// One command at work: its options, its context and the server it talks to.
package struct Client: Sendable {
  let surroundings: Surroundings
  let output: OutputFormat
  let timeout: Duration
  var patience: Patience
  let contextName: String
  let context: Context
  /// As `--company` says, which may be given several times where a command works for several.
  let companyOptions: [String]
  let wire: any Wire
  /// What proves who is calling; nil before the login.
  var token: String?

  init(
    surroundings: Surroundings, globals: GlobalOptions, contextName: String, context: Context,
    wire: any Wire, token: String?
  ) {
    self.surroundings = surroundings
    output = globals.output
    timeout = globals.timeout.duration
    patience = Patience(globals.retry.duration)
    companyOptions = globals.companies
    self.contextName = contextName
    self.context = context
    self.wire = wire
    self.token = token
  }

  /// Makes one call, again while the server is away or asks to come back.
  func answer<R: RPC>(
    _ rpc: R.Type, _ request: R.Input, id: String? = nil
  ) async throws -> Answer<R.Output> {
    var metadata = Metadata()
    // The server logs the call under the id of the request, so that both can be looked up.
    if let id { metadata.addString(id, forKey: "x-request-id") }
    if let token { metadata.addString("Bearer \(token)", forKey: "authorization") }
    var patience = patience
    while true {
      do {
        return try await wire.send(rpc, request, metadata: metadata, timeout: timeout)
      } catch let error as RPCError {
        guard let pause = patience.pause(after: error) else {
          throw error.code == .unavailable ? away(CLIError(error)) : CLIError(error)
        }
        let trouble = error.code == .unavailable ? "is unavailable" : "has too much to do"
        surroundings.note("the server \(trouble); trying again in \(pause.short)")
        try await surroundings.sleep(pause)
      }
    }
  }

  /// Makes one call that is answered by many messages; `take` is waited for, message by message.
  func pieces<R: RPC>(
    _ rpc: R.Type, _ request: R.Input, _ take: @escaping @Sendable (R.Output) async throws -> Void
  ) async throws {
    var metadata = Metadata()
    if let token { metadata.addString("Bearer \(token)", forKey: "authorization") }
    do {
      try await wire.receive(rpc, request, metadata: metadata, take)
    } catch let error as RPCError {
      throw error.code == .unavailable ? away(CLIError(error)) : CLIError(error)
    }
  }

  /// Sends and receives on one stream, once; throws `RPCError`. `--timeout` is how long nothing may
  /// move.
  func exchange<R: RPC>(
    _ rpc: R.Type,
    send:
      @escaping @Sendable (_ write: @Sendable (R.Input) async throws -> Void) async throws ->
      Void,
    receive: @escaping @Sendable (R.Output) -> Void
  ) async throws {
    var metadata = Metadata()
    metadata.addString(surroundings.newID(), forKey: "x-request-id")
    if let token { metadata.addString("Bearer \(token)", forKey: "authorization") }
    try await wire.exchange(
      rpc, metadata: metadata, patience: timeout, send: send, receive: receive)
  }

  /// Says which server is away, where the server itself did not.
  func away(_ error: CLIError) -> CLIError {
    guard error.reason == error.code else { return error }
    var error = error
    error.message = "the server at \(context.server) can't be reached: \(error.message)"
    return error
  }

  /// Reads something, or starts something that has no request id.
  func read<R: RPC>(_ rpc: R.Type, _ fill: (inout R.Input) -> Void) async throws -> R.Output {
    var request = R.Input()
    fill(&request)
    return try await answer(rpc, request).message
  }

  /// Changes something, once per request id.
  func write<R: RPC>(
    _ rpc: R.Type, id: String, dryRun: Bool, _ fill: (inout R.Input) -> Void
  ) async throws -> R.Output where R.Input: WriteRequest {
    var request = R.Input()
    fill(&request)
    request.requestID = id
    request.validateOnly = dryRun
    do {
      return try await answer(rpc, request, id: id).message
    } catch var error as CLIError {
      // What is to be given again when repeating, whatever name the server's log has for it.
      error.requestID = id
      throw error
    }
  }

  /// Changes one thing, as the write options say.
  func write<R: RPC>(
    _ rpc: R.Type, _ options: WriteOptions, _ fill: (inout R.Input) -> Void
  ) async throws -> R.Output where R.Input: WriteRequest {
    if options.dryRun { surroundings.note("dry run: nothing is changed") }
    return try await write(
      rpc, id: options.requestID ?? surroundings.newID(), dryRun: options.dryRun, fill)
  }

  /// All pages of a list, up to a limit.
  func list<R: RPC, Item: Sendable>(
    _ rpc: R.Type, of parent: String, limit: Int,
    _ items: (R.Output) -> [Item], _ fill: (inout R.Input) -> Void = { _ in }
  ) async throws -> [Item] where R.Input: ListRequest, R.Output: ListResponse {
    var request = R.Input()
    fill(&request)
    request.parent = parent
    var found: [Item] = []
    repeat {
      request.pageSize = Int32(min(500, limit - found.count))
      let page = try await answer(rpc, request).message
      let old = request.pageToken
      found += items(page)
      request.pageToken = page.nextPageToken
      guard request.pageToken != old || request.pageToken.isEmpty else {
        throw CLIError(.internalError, "PAGE_REPEATED", "the server gave the same page twice")
      }
    } while found.count < limit && !request.pageToken.isEmpty
    if found.count > limit || !request.pageToken.isEmpty {
      surroundings.note("only the first \(limit) are shown; --limit shows more")
    }
    return Array(found.prefix(limit))
  }
}

extension Duration {
  /// `0.2 s`, `3 s`: for people.
  var short: String {
    let tenths = Int((self / .milliseconds(100)).rounded())
    return tenths % 10 == 0 ? "\(tenths / 10) s" : "\(tenths / 10).\(tenths % 10) s"
  }
}
