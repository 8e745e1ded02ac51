import Engine
import GRPCCore
import GRPCProtobuf
import Server
import Testing

/// A storage that cannot just now is told from a fault: the caller may repeat the call.
@Suite struct BusyStorageTests {
  @Test(arguments: [
    (EngineError.retry("busy"), RPCError.Code.unavailable), (.unavailable("closed"), .unavailable),
    (.full("no room"), .unavailable), (.tenant("payment"), .internalError),
    (.engine("no such table: secret"), .internalError),
  ])
  func `the caller learns whether to repeat, and nothing of the storage`(
    error: EngineError, code: RPCError.Code
  ) {
    // As a handler throws it, and as it comes through another interceptor.
    for thrown in [error, RPCError(code: .unknown, message: "", cause: error)] as [any Error] {
      let failure = ErrorMapping.failure(for: thrown, requestID: "r1")
      #expect(failure.rpcError.code == code)
      #expect(!failure.status.message.contains(error.text))
      #expect(failure.cause?.contains(error.text) == true)
    }
  }

  @Test(arguments: [
    (EngineError.shareFull("2048 wait"), RPCError.Code.resourceExhausted, "SHARE_EXHAUSTED"),
    (.overloaded("4096 wait"), .unavailable, "SERVER_OVERLOADED"),
  ])
  func `an overload says whose it is and when to come back`(
    error: EngineError, code: RPCError.Code, reason: String
  ) throws {
    let failure = ErrorMapping.failure(for: error, requestID: "r1")
    #expect(failure.rpcError.code == code)
    let status = try #require(try failure.rpcError.unpackGoogleRPCStatus())
    #expect(status.details.compactMap(\.errorInfo).map(\.reason) == [reason])
    let delay = try #require(status.details.compactMap(\.retryInfo).first?.delay)
    #expect((.seconds(1)...(.seconds(5))).contains(delay))
    #expect(!status.message.contains(error.text))
    // A log line of its own for each of thousands would be one more load.
    #expect(failure.cause == nil)
  }
}
