CREATE TABLE `catalogue_revision` (
	`id` integer PRIMARY KEY NOT NULL,
	`revision` integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE `file_digests` (
	`path` text PRIMARY KEY NOT NULL,
	`size_bytes` integer NOT NULL,
	`modified_ms` integer NOT NULL,
	`inode` text NOT NULL,
	`sha256` text NOT NULL
);
--> statement-breakpoint
CREATE TABLE `granted_leases` (
	`lease_id` text PRIMARY KEY NOT NULL,
	`service` text NOT NULL,
	`instance` text NOT NULL,
	`address` text NOT NULL,
	`model` text NOT NULL,
	`engine` text NOT NULL,
	`bytes` integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE `model_records` (
	`path` text PRIMARY KEY NOT NULL,
	`id` text,
	`found` text NOT NULL,
	`inspection` text NOT NULL,
	`inspector_version` integer NOT NULL,
	`first_seen_ms` integer NOT NULL,
	`absent_since_ms` integer
);
