import HummingbirdCore
import Logging
import NIOCore
import NIOSSL
import NIOTLS

/// What a connection of the pages goes through before HTTP: counted, TLS, watched.
struct GuardedPages: ServerChildChannel {
  typealias Value = HTTP1Channel.Value

  let http: HTTP1Channel
  let tls: NIOSSLContext
  let limits: TransportLimits
  let census: ConnectionCensus
  let metrics: Metrics
  /// For closed connections; the one that `setup` brings is Hummingbird's.
  let logger: Logger

  func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
    channel.eventLoop.makeCompletedFuture {
      let edge = ConnectionEdge(census: census, metrics: metrics)
      let handlers = channel.pipeline.syncOperations
      try handlers.addHandler(edge)
      try handlers.addHandler(NIOSSLServerHandler(context: tls))
      try handlers.addHandler(
        PageGuard(limits: limits, edge: edge, metrics: metrics, logger: self.logger))
    }.flatMap { http.setup(channel: channel, logger: logger) }
  }

  func handle(value: Value, logger: Logger) async {
    await http.handle(value: value, logger: logger)
  }
}

/// Closes a connection that makes no progress: no handshake, a request that trickles, an answer that
/// nobody takes, silence, or the end of the server. `ConnectionGuard` is the same for HTTP/2.
final class PageGuard: ChannelDuplexHandler {
  typealias InboundIn = ByteBuffer
  typealias OutboundIn = ByteBuffer

  private enum Phase {
    case handshaking(until: NIODeadline)
    case quiet(since: NIODeadline)
    /// From the first byte of a request to the first of its answer.
    case asked(since: NIODeadline)
    /// Until the last byte of the answer is in the hands of the system.
    case answering(since: NIODeadline)
  }

  private let limits: TransportLimits
  private let edge: ConnectionEdge
  private let metrics: Metrics
  private let logger: Logger
  private var phase: Phase
  private var unsent = 0
  private var shutdownEnd: NIODeadline?
  private var timer: (fires: NIODeadline, task: Scheduled<Void>)?

  init(limits: TransportLimits, edge: ConnectionEdge, metrics: Metrics, logger: Logger) {
    self.limits = limits
    self.edge = edge
    self.metrics = metrics
    self.logger = logger
    phase = .handshaking(until: .now() + TimeAmount(limits.handshake))
  }

  func handlerAdded(context: ChannelHandlerContext) { watch(context) }
  func handlerRemoved(context: ChannelHandlerContext) { stop() }

  func channelInactive(context: ChannelHandlerContext) {
    stop()
    context.fireChannelInactive()
  }

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    if case TLSUserEvent.handshakeCompleted? = event as? TLSUserEvent {
      enter(.quiet(since: .now()), context)
    } else if event is ChannelShouldQuiesceEvent {
      shutdownEnd = .now() + TimeAmount(limits.shutdownGrace)
      watch(context)
    }
    context.fireUserInboundEventTriggered(event)
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    if case .quiet = phase { enter(.asked(since: .now()), context) }
    context.fireChannelRead(data)
  }

  func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
    if unsent == 0 { enter(.answering(since: .now()), context) }
    unsent += 1
    let sent = promise ?? context.eventLoop.makePromise(of: Void.self)
    sent.futureResult.hop(to: context.eventLoop).assumeIsolated().whenComplete { _ in
      self.unsent -= 1
      if self.unsent == 0, case .answering = self.phase { self.phase = .quiet(since: .now()) }
    }
    context.write(data, promise: sent)
  }

  private func enter(_ next: Phase, _ context: ChannelHandlerContext) {
    phase = next
    watch(context)
  }

  private var deadline: (at: NIODeadline, reason: String) {
    let deadline =
      switch phase {
      case .handshaking(let until): (at: until, reason: "no TLS handshake in time")
      case .quiet(let since): (at: since + TimeAmount(limits.readIdle), reason: "silent peer")
      case .asked(let since):
        (at: since + TimeAmount(limits.request), reason: "trickling peer")
      case .answering(let since):
        (at: since + TimeAmount(limits.request), reason: "answer not taken")
      }
    if let end = shutdownEnd, end < deadline.at { return (end, "shutdown") }
    return deadline
  }

  /// Keeps one timer, no later than the deadline. A deadline that moves away is met when it fires.
  private func watch(_ context: ChannelHandlerContext) {
    let deadline = deadline.at
    if let timer {
      guard deadline < timer.fires else { return }
      timer.task.cancel()
    }
    let task = context.eventLoop.assumeIsolated().scheduleTask(deadline: deadline) {
      self.timer = nil
      let (end, reason) = self.deadline
      if end <= .now() {
        self.logger.debug("connection closed", metadata: ["reason": "\(reason)"])
        self.metrics.count(.connectionsClosed, reason)
        self.edge.closeHard()
      } else {
        self.watch(context)
      }
    }
    timer = (deadline, task)
  }

  private func stop() {
    timer?.task.cancel()
    timer = nil
  }
}
