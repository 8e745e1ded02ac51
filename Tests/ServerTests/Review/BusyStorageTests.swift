import Engine
import GRPCCore
import GRPCProtobuf
import Server
import Testing

/// A storage that cannot just now is told from a fault: the caller may repeat the call.
@Suite struct BusyStorageTests {
  @Test(arguments: [
    (EngineError.overloaded("4096 wait"), RPCError.Code.resourceExhausted),
    (.retry("busy"), .unavailable), (.unavailable("closed"), .unavailable),
    (.full("no room"), .unavailable), (.tenant("payment"), .internalError),
    (.engine("no such table: secret"), .internalError),
  ])
  func `the caller learns whether to repeat, and nothing of the storage`(
    error: EngineError, code: RPCError.Code
  ) {
    let failure = ErrorMapping.failure(for: error, requestID: "r1")
    #expect(failure.rpcError.code == code)
    #expect(!failure.status.message.contains(error.text))
    #expect(failure.cause?.contains(error.text) == true)
  }
}
