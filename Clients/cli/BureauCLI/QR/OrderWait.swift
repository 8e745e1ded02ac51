internal import BureauAPI
internal import Foundation

/// Waits for a person to answer a BankID order: shows the code and asks the server about once a
/// second how it stands.
struct OrderWait {
  let client: Client
  let options: WaitOptions

  /// Returns the completed order. Throws when it fails, is refused or takes too long.
  func callAsFunction(_ started: Bureau_V1_Order) async throws -> Bureau_V1_Order {
    let surroundings = client.surroundings
    if !started.visibleText.isEmpty {
      surroundings.note(started.visibleText.printableLines)
      surroundings.note("")
    }
    if options.autoStart {
      surroundings.note(
        "start: bankid:///?autostarttoken=\(started.autoStartToken.printable)&redirect=null")
    }
    if !started.openURL.isEmpty {
      surroundings.note("open: \(started.openURL.printable)")
      if let person = options.sandboxPerson { try await browse(started.openURL, as: person) }
    }
    var screen = QRScreen(width: surroundings.noteWidth, note: surroundings.note)
    var order = started
    var scansLeft = options.sandboxPerson == nil ? 0 : Self.scanTries
    waiting: for second in 0... {
      switch order.state {
      case .complete: return order
      case .failed:
        throw CLIError(
          .refused, "ORDER_FAILED",
          order.hint.isEmpty ? "the order was not signed" : order.hint)
      case .pending, .unspecified, .UNRECOGNIZED: break
      }
      screen.show(order)
      if let person = options.sandboxPerson, scansLeft > 0, !order.qrText.isEmpty {
        scansLeft = try await scan(order.qrText, as: person, triesLeft: scansLeft)
      } else if second >= options.wait.seconds {
        break waiting
      } else {
        try await surroundings.sleep(.seconds(1))
      }
      order = try await client.read(Identity.CollectOrder.self) { $0.name = started.name }
    }
    _ = try? await client.read(Identity.CancelOrder.self) { $0.name = started.name }
    throw CLIError(
      .unavailable, "ORDER_TIMEOUT",
      "nobody signed within \(options.wait.seconds) seconds; the order is withdrawn",
      field: "--wait")
  }

  /// Lets a test person of the sandbox open the address, confirm, and come back, as a browser does.
  private func browse(_ link: String, as person: String) async throws {
    let connector = client.surroundings.connector, authority = client.context.ca
    do {
      try await connector.withSandbox(
        at: try client.context.sandboxAddress(nil, named: client.contextName),
        authorityFile: authority
      ) { sandbox in
        let location = try await sandbox.confirm(person: person, link: link)
        guard let url = URL(string: location), let host = url.host(), url.scheme == "https" else {
          throw CLIError(.internalError, "SANDBOX_ANSWER", "the sandbox leads nowhere")
        }
        let origin = "https://\(host)" + (url.port.map { ":\($0)" } ?? "")
        try await connector.withSandbox(at: origin, authorityFile: authority) { pages in
          _ = try await pages.call(String(location.dropFirst(origin.count)), nil)
        }
      }
    } catch var error as CLIError {
      error.field = "--sandbox-person"
      throw error
    }
  }

  /// A code is good for its second only, so a slow scan is tried again with the next one.
  private static let scanTries = 3

  /// Lets a test person of the sandbox scan the code that was just shown; returns how many tries
  /// are left, none after a good one.
  private func scan(_ text: String, as person: String, triesLeft: Int) async throws -> Int {
    do {
      try await client.surroundings.connector.withSandbox(
        at: try client.context.sandboxAddress(nil, named: client.contextName),
        authorityFile: client.context.ca
      ) { sandbox in
        guard try await sandbox.approve(person: person, qr: text).approved ?? 0 > 0 else {
          throw CLIError(
            .refused, "SANDBOX_REFUSED", "the sandbox found no order behind the code")
        }
      }
      return 0
    } catch var error as CLIError {
      guard error.reason == "SANDBOX_REFUSED", triesLeft > 1 else {
        error.field = "--sandbox-person"
        throw error
      }
      return triesLeft - 1
    }
  }
}

/// What the waiting person sees: the code drawn anew in place, or a line per code where there
/// is no terminal.
struct QRScreen {
  let width: Int?
  let note: @Sendable (String) -> Void
  private var drawnLines = 0
  private var shownText = ""
  private var shownHint = ""

  init(width: Int?, note: @escaping @Sendable (String) -> Void) {
    self.width = width
    self.note = note
  }

  mutating func show(_ order: Bureau_V1_Order) {
    let hint = order.hint.printable
    if let width, let code = QRCode(order.qrText), code.columns <= width {
      guard order.qrText != shownText || hint != shownHint else { return }
      // Up to the first line of the last drawing, then each line is wiped before it is written.
      let up = drawnLines > 0 ? "\u{1B}[\(drawnLines)A" : ""
      let lines = code.lines + [String(hint.prefix(width - 1))]
      note(up + lines.map { "\r\u{1B}[2K" + $0 }.joined(separator: "\n"))
      drawnLines = lines.count
    } else {
      if order.qrText != shownText, !order.qrText.isEmpty { note("qr: \(order.qrText.printable)") }
      if hint != shownHint, !hint.isEmpty { note(hint) }
    }
    shownText = order.qrText
    shownHint = hint
  }
}
