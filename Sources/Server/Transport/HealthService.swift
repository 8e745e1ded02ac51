package import BureauAPI
package import GRPCCore
import SwiftProtobuf
import Synchronization

/// Tells which services are ready, by gRPC's health checking protocol; the empty name is the
/// whole server.
package final class HealthService: Grpc_Health_V1_Health.SimpleServiceProtocol {
  package typealias Status = Grpc_Health_V1_HealthCheckResponse.ServingStatus

  private struct State {
    var status: [String: Status]
    var watchers: [Int: (service: String, updates: AsyncStream<Status>.Continuation)] = [:]
    var nextWatcher = 0
    var stopped = false
  }

  private let state: Mutex<State>

  /// All of them are SERVING from the start.
  package init(services: [String]) {
    var status: [String: Status] = ["": .serving]
    for service in services { status[service] = .serving }
    self.state = Mutex(State(status: status))
  }

  /// Switches one service, or with an empty name the server as a whole. Ignored after `stop`.
  package func set(_ status: Status, for service: String) {
    state.withLock { state in
      guard !state.stopped else { return }
      state.status[service] = status
      for watcher in state.watchers.values where watcher.service == service {
        watcher.updates.yield(status)
      }
    }
  }

  /// Everything is NOT_SERVING from now on: the server is shutting down.
  package func stop() {
    state.withLock { state in
      state.stopped = true
      for service in state.status.keys { state.status[service] = .notServing }
      for watcher in state.watchers.values { watcher.updates.yield(.notServing) }
    }
  }

  package func check(
    request: Grpc_Health_V1_HealthCheckRequest, context: ServerContext
  ) async throws -> Grpc_Health_V1_HealthCheckResponse {
    guard let status = state.withLock({ $0.status[request.service] }) else {
      throw RPCError(code: .notFound, message: "the server has no service of that name")
    }
    return .with { $0.status = status }
  }

  package func list(
    request: Grpc_Health_V1_HealthListRequest, context: ServerContext
  ) async throws -> Grpc_Health_V1_HealthListResponse {
    let status = state.withLock { $0.status }
    return .with { $0.statuses = status.mapValues { one in .with { $0.status = one } } }
  }

  package func watch(
    request: Grpc_Health_V1_HealthCheckRequest,
    response: RPCWriter<Grpc_Health_V1_HealthCheckResponse>, context: ServerContext
  ) async throws {
    // Only the newest status matters to a slow reader.
    let (updates, continuation) = AsyncStream.makeStream(
      of: Status.self, bufferingPolicy: .bufferingNewest(1))
    let id = state.withLock { state in
      state.nextWatcher += 1
      state.watchers[state.nextWatcher] = (request.service, continuation)
      continuation.yield(state.status[request.service] ?? .serviceUnknown)
      return state.nextWatcher
    }
    defer { state.withLock { _ = $0.watchers.removeValue(forKey: id) } }
    try await withRPCCancellationHandler {
      for await status in updates { try await response.write(.with { $0.status = status }) }
    } onCancelRPC: {
      continuation.finish()
    }
  }
}
