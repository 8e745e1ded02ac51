import Domain
import Engine
import Primitives
import Storage

extension Jobs {
  /// Asks about a signed agreement, and again for as long as it waits.
  func activate(_ item: WorkItem, owner: [UInt8]) async throws {
    guard let id = ID<Agreement>(bytes: item.subject) else { return }
    let minutes = try await activation.advance(id, at: item.place)
    let now = commands.sources.now()
    try await commands.database.write(as: item.place.scope) { tx in
      if let minutes {
        try Work.postpone(item, to: now.adding(minutes: minutes), by: owner, in: tx)
      } else {
        try Work.finish(.activate, item.subject, of: item.place, in: tx)
      }
    }
  }

  /// A signer's link whose days are over: the agreement is a draft again.
  func endLink(_ item: WorkItem) async throws {
    guard let id = ID<Agreement>(bytes: item.subject) else { return }
    let place = item.place
    try await commands.run(Self.call("link-end"), at: place, subject: id) { context in
      try AgreementTables.load(id, of: place, in: context.transaction)?
        .expiring(at: context.time) ?? []
    } apply: { context in
      let tx = context.transaction
      try Work.finish(.linkEnd, id.bytes, of: place, in: tx)
      // Sent again meanwhile: the newer link has its own end.
      if let agreement = try AgreementTables.load(id, of: place, in: tx),
        agreement.state == .sentForSigning, let end = agreement.linkExpireTime
      {
        try Work.schedule(.linkEnd, id.bytes, at: end, of: place, in: tx)
      }
    } answer: { _, _ in
    }
  }
}
