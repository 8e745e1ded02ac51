import Domain
package import GRPCCore

/// Finds out who calls, before any handler; refuses strangers where the access table wants a
/// caller, and methods that the table does not know.
package struct AuthenticationInterceptor: ServerInterceptor {
  private let access: Access

  package init(access: Access) { self.access = access }

  package func intercept<Input: Sendable, Output: Sendable>(
    request: StreamingServerRequest<Input>, context: ServerContext,
    next:
      @Sendable (StreamingServerRequest<Input>, ServerContext) async throws ->
      StreamingServerResponse<Output>
  ) async throws -> StreamingServerResponse<Output> {
    // Health and reflection are for everybody.
    guard context.method.hasPrefix("bureau.") else { return try await next(request, context) }
    guard let rule = AccessTable.byMethod[context.method] else { throw AccessError.denied }
    var call = context.call
    call.secretHash = Access.secret(in: request.metadata).map(Access.hash)
    if rule.gate == .anyone {
      try access.rates.call(from: context.clientAddress)
    } else {
      call.caller = try await caller(of: call, from: context.clientAddress)
    }
    var context = context
    context.transportSpecific = call
    return try await next(request, context)
  }
}

extension AuthenticationInterceptor {
  /// What whoever tries tokens is told, or has somebody else's.
  private static let guesses: [IdentityError] = [.unauthenticated, .certificateMissing]

  private func caller(of call: CallContext, from address: String) async throws -> Caller {
    do {
      let caller = try await access.caller(of: call)
      try access.rates.call(by: caller.user)
      return caller
    } catch let error as IdentityError where Self.guesses.contains(error) {
      try access.rates.call(from: address)
      throw error
    }
  }
}

extension ServerContext {
  /// The caller that the interceptor has found.
  var caller: Caller {
    get throws {
      guard let caller = call.caller else { throw IdentityError.unauthenticated }
      return caller
    }
  }

  /// The caller's address without its port, for BankID.
  var clientAddress: String {
    // ipv4:127.0.0.1:50051, ipv6:[::1]:50051
    var text = Substring(remotePeer)
    for prefix in ["ipv4:", "ipv6:"] where text.hasPrefix(prefix) {
      text = text.dropFirst(prefix.count)
      if let colon = text.lastIndex(of: ":") { text = text[..<colon] }
      return text.filter { $0 != "[" && $0 != "]" }
    }
    return "127.0.0.1"
  }
}
