import Logging
import NIOCore
import NIOSSL
import NIOTLS

/// The first handler of a connection: counts it in and out, and closes it without asking TLS.
final class ConnectionEdge: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer

  let census: ConnectionCensus
  private let metrics: Metrics
  private var admitted: (address: String, peer: String)?
  private var context: ChannelHandlerContext?

  init(census: ConnectionCensus, metrics: Metrics) {
    self.census = census
    self.metrics = metrics
  }

  func handlerAdded(context: ChannelHandlerContext) { self.context = context }
  func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

  func channelActive(context: ChannelHandlerContext) {
    let remote = context.channel.remoteAddress
    let address = remote?.ipAddress ?? "unknown"
    guard census.admit(address: address) else {
      metrics.count(.connectionsClosed, "too many connections")
      context.close(promise: nil)
      return
    }
    admitted = (address, ConnectionEdge.peer(remote))
    context.fireChannelActive()
  }

  func channelInactive(context: ChannelHandlerContext) {
    if let admitted {
      census.release(address: admitted.address, peer: admitted.peer)
      self.admitted = nil
    }
    context.fireChannelInactive()
  }

  func remember(_ certificate: ClientCertificate) {
    if let admitted { census.remember(certificate, of: admitted.peer) }
  }

  /// Closes the socket now; TLS would first wait for the peer to agree.
  func closeHard() { context?.close(promise: nil) }

  /// The peer as the gRPC transport spells it in `ServerContext.remotePeer`.
  private static func peer(_ address: SocketAddress?) -> String {
    switch address {
    case .v4(let v4): "ipv4:\(v4.host):\(address?.port ?? 0)"
    case .v6(let v6): "ipv6:[\(v6.host)]:\(address?.port ?? 0)"
    case .unixDomainSocket, nil: "<unknown>"
    }
  }
}

/// Closes a connection that makes no progress: a peer that never answers, one that trickles, one
/// that fills the memory with halves of messages, one that outlives the server's shutdown. Stands
/// between TLS and HTTP/2.
///
/// The transport's own keepalive, idle and age rules only ask the peer to go and wait for its
/// answer, for ever.
final class ConnectionGuard: ChannelDuplexHandler {
  typealias InboundIn = ByteBuffer
  typealias OutboundIn = ByteBuffer

  private enum Phase {
    case handshaking(until: NIODeadline)
    case opening(until: NIODeadline)
    case open
  }

  private let limits: TransportLimits
  private let edge: ConnectionEdge
  private let logger: Logger
  private var phase: Phase
  private var progress = FrameProgress()
  private var answers = FrameProgress(preface: 0)
  private var partial: PartialMessages
  private let metrics: Metrics
  private var lastFrame: NIODeadline
  private var insideFrameSince: NIODeadline?
  private var shutdownEnd: NIODeadline?
  private var timer: (fires: NIODeadline, task: Scheduled<Void>)?

  init(limits: TransportLimits, edge: ConnectionEdge, metrics: Metrics, logger: Logger) {
    let now = NIODeadline.now()
    self.limits = limits
    self.partial = PartialMessages(maxMessageBytes: limits.maxRequestBytes)
    self.metrics = metrics
    self.edge = edge
    self.logger = logger
    self.phase = .handshaking(until: now + TimeAmount(limits.handshake))
    self.lastFrame = now
  }

  func handlerAdded(context: ChannelHandlerContext) { watch(context) }

  func handlerRemoved(context: ChannelHandlerContext) { stop() }

  func channelInactive(context: ChannelHandlerContext) {
    stop()
    _ = edge.census.holds(0, change: -partial.held)
    partial = PartialMessages(maxMessageBytes: limits.maxRequestBytes)
    context.fireChannelInactive()
  }

  /// What the server has answered to the end holds nothing any more, whatever its client sends on.
  func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
    let before = partial.held
    answers.receive(unwrapOutboundIn(data).readableBytesView, ended: { partial.end($0) })
    if partial.held != before {
      _ = edge.census.holds(partial.held, change: partial.held - before)
    }
    context.write(data, promise: promise)
  }

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    if case TLSUserEvent.handshakeCompleted? = event as? TLSUserEvent {
      phase = .opening(until: .now() + TimeAmount(limits.opening))
      if let der = try? context.pipeline.syncOperations.nioSSL_peerCertificate()?.toDERBytes() {
        edge.remember(ClientCertificate(der: der))
      }
      watch(context)
    } else if event is ChannelShouldQuiesceEvent {
      if case .open = phase {
        shutdownEnd = .now() + TimeAmount(limits.shutdownGrace)
      } else {
        shutdownEnd = .now()
      }
      watch(context)
    }
    context.fireUserInboundEventTriggered(event)
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    let before = progress.frames, held = partial.held
    progress.receive(
      unwrapInboundIn(data).readableBytesView, data: { partial.receive($1, on: $0) },
      ended: { partial.end($0) })
    if partial.held != held, !edge.census.holds(partial.held, change: partial.held - held) {
      close("half messages")
      return
    }
    if progress.frames > before {
      lastFrame = .now()
      if case .opening = phase {
        phase = .open
        watch(context)
      }
    }
    if !progress.isInsideFrame {
      insideFrameSince = nil
    } else if progress.frames > before || insideFrameSince == nil {
      insideFrameSince = .now()
      watch(context)
    }
    context.fireChannelRead(data)
  }

  private var deadline: (at: NIODeadline, reason: String) {
    var deadline =
      switch phase {
      case .handshaking(let until): (at: until, reason: "no TLS handshake in time")
      case .opening(let until): (at: until, reason: "no HTTP/2 opening in time")
      case .open: (at: lastFrame + TimeAmount(limits.readIdle), reason: "silent peer")
      }
    if let since = insideFrameSince, since + TimeAmount(limits.frame) < deadline.at {
      deadline = (since + TimeAmount(limits.frame), "trickling peer")
    }
    if let end = shutdownEnd, end < deadline.at { deadline = (end, "shutdown") }
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
        self.close(reason)
      } else {
        self.watch(context)
      }
    }
    timer = (deadline, task)
  }

  private func close(_ reason: String) {
    logger.debug("connection closed", metadata: ["reason": "\(reason)"])
    metrics.count(.connectionsClosed, reason)
    edge.closeHard()
  }

  private func stop() {
    timer?.task.cancel()
    timer = nil
  }
}
