package import Domain
package import Engine
package import Primitives

/// Sessions by their owner: listed, ended, swept. Working state.
package enum SessionTables {
  private typealias Row = (ID<Session>, ID<User>, Int64, Int64)

  /// Those that are live, in order of id.
  package static func list(
    of user: ID<User>, of bureau: ID<Bureau>, liveAt time: Instant, _ limits: Session.Limits,
    after: ID<Session>?, limit: Int, in tx: any Transaction
  ) throws -> [Session] {
    try tx.rows(
      """
      SELECT id, app_user, start_time, last_use_time FROM session
      WHERE bureau = \(bureau) AND app_user = \(user) AND id > \(after?.bytes ?? [])
        AND last_use_time > \(time.adding(seconds: -limits.idleSeconds).microseconds)
        AND start_time > \(time.adding(seconds: -limits.absoluteSeconds).microseconds)
      ORDER BY id LIMIT \(limit)
      """, as: Row.self
    ).map {
      Session(id: $0, user: $1, startTime: $2.instant, lastUseTime: $3.instant)
    }
  }

  /// Ends one session of `user`. False: it has none of that id.
  package static func end(
    _ id: ID<Session>, of user: ID<User>, of bureau: ID<Bureau>, in tx: any Transaction
  ) throws -> Bool {
    let found = try tx.first(
      """
      SELECT id FROM session
      WHERE bureau = \(bureau) AND app_user = \(user) AND id = \(id)
      """, as: ID<Session>.self)
    try tx.execute(
      """
      DELETE FROM main.session
      WHERE bureau = \(bureau) AND app_user = \(user) AND id = \(id)
      """)
    return found != nil
  }

  /// Ends all sessions of `user`: from the next call on, and on open streams within a second.
  package static func endAll(of user: ID<User>, of bureau: ID<Bureau>, in tx: any Transaction)
    throws
  {
    try tx.execute("DELETE FROM main.session WHERE bureau = \(bureau) AND app_user = \(user)")
  }

  /// Forgets sessions that have ended by themselves.
  package static func sweep(
    of bureau: ID<Bureau>, at time: Instant, _ limits: Session.Limits, in tx: any Transaction
  ) throws {
    try tx.execute(
      """
      DELETE FROM main.session WHERE bureau = \(bureau)
        AND (last_use_time <= \(time.adding(seconds: -limits.idleSeconds).microseconds)
          OR start_time <= \(time.adding(seconds: -limits.absoluteSeconds).microseconds))
      """)
  }
}
