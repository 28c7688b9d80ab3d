extension Session {
    /// Makes a database, from a template where one is named. The role must be allowed to.
    public func createDatabase(_ name: String, template: String? = nil) async throws {
        var statement = try ("create database " as Statement).naming(name)
        if let template {
            statement.append(literal: " template ")
            statement = try statement.naming(template)
        }
        try await execute(statement)
    }

    /// Drops a database if it is there, ending the connections to it.
    public func dropDatabase(_ name: String) async throws {
        var statement = try ("drop database if exists " as Statement).naming(name)
        statement.append(literal: " with (force)")
        try await execute(statement)
    }
}
